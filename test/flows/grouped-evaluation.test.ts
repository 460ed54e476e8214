/** The evaluation in projects with subscriptions that request groups. */
import { expect, test } from 'vitest';
import type { GroupMessage } from '../../domain/events/messages.ts';
import { evaluateTimeouts } from '../../flows/evaluate-timeouts.ts';
import { id, minute } from '../domain/rows.ts';
import { change, evaluationWorld } from './evaluation-world.ts';

/** A world in which these projects request groups. */
function groupedWorld() {
  const world = evaluationWorld();
  const groups: GroupMessage[] = [];
  const deps = {
    ...world.deps,
    alarmCounts: async () => new Map([['a', { all: 1, wide: 1, grouped: true as const }]]),
    sendGroups: async (given: readonly GroupMessage[]) => {
      groups.push(...given);
    },
  };
  return { ...world, deps, groups };
}
const fault_id = id(50);

test('the firings of a fault are published, and named in the message of their group', async () => {
  const { evaluate, file, deps, groups, published } = groupedWorld();
  file({});
  await evaluate([change(1, { fault_id })], deps);
  expect(published).toMatchObject([{ grouped: true, fault_id }]);
  expect(groups).toEqual([
    { group: { project_id: 'a', fault_id }, rows: [{ event_id: 'm-1', alarm_id: id(1) }] },
  ]);
});

test('firings without a fault, by events and by timeouts, are marked each for its own group', async () => {
  const { evaluate, file, deps, groups, published } = groupedWorld();
  const rule = { event_type: '*', query: [], timeout: 60 };
  file({}, { rule, state: 'ok', armed_at: minute(5), timer_at: minute(10) });
  await evaluate([change(1)], deps);
  const timers = [{ alarm_id: id(2), due: minute(10) }];
  await evaluateTimeouts({ ...deps, transactionsAtOnce: 2, now: () => minute(10) }, timers);
  expect(published.length).toBeGreaterThan(1);
  expect(published.every(({ grouped }) => grouped === true)).toBe(true);
  expect(groups).toEqual([]);
});

test('without such a subscription, nothing is marked and nothing is queued', async () => {
  const { evaluate, file, published } = evaluationWorld();
  file({});
  await evaluate([change(1, { fault_id })]);
  expect(published[0]).not.toHaveProperty('grouped');
});
