/** Two rounds of the same alarms in any order: the newer one decides, whatever the older one found. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { QueryAnswer } from '../../domain/alarms/round-outcome.ts';
import { evaluateRound, type RoundDeps } from '../../flows/evaluate-round.ts';
import { prometheusAlarm, values } from '../domain/alarms/periodic-alarms.ts';
import { calm, minute, next, raised, world } from './rounds-world.ts';
import { scheduledBy } from './scheduled-steps.ts';

const [older, newer] = [minute, next(1)];
const alarm = prometheusAlarm({ state: 'ok', last_round: 1 });
const row = ({ rows }: ReturnType<typeof world>) =>
  rows.get(alarm.alarm_id) ?? expect.unreachable();

/** A world whose Prometheus has one answer in the older round, and another one in the newer. */
const worldOf = (old: QueryAnswer, now: QueryAnswer, given = alarm) =>
  world([given], (_, at) => (at === newer.at ? now : old));

test('a late round writes nothing that is older: its alarms are asked again, for the newer round', async () => {
  const late = worldOf(raised, calm);
  await late.plan(older);
  const [message = expect.unreachable()] = late.queue.splice(0);
  await late.round(newer);
  expect(row(late)).toBe(alarm);
  await evaluateRound(late.deps, message);
  expect(row(late)).toBe(alarm);
  expect([late.published, late.asked.length]).toEqual([[], 2]);
});

test('a round that is overtaken between its answer and its write does not write', async () => {
  const overtaken = worldOf(raised, calm);
  await overtaken.plan(older);
  const [message = expect.unreachable()] = overtaken.queue.splice(0);
  let first = true;
  const slow: RoundDeps = {
    ...overtaken.deps,
    writeRounds: async (...write) => {
      if (first) {
        first = false;
        await overtaken.round(newer);
      }
      return overtaken.deps.writeRounds(...write);
    },
  };
  await evaluateRound(slow, message);
  expect(row(overtaken)).toMatchObject({ state: 'ok', last_round: 1 });
  expect(overtaken.published).toEqual([]);
});

test('an older round that writes after the newer one was planned is seen by it', async () => {
  const both = worldOf(raised, calm);
  await both.plan(older);
  await both.plan(newer);
  const [first = expect.unreachable(), second = expect.unreachable()] = both.queue.splice(0);
  await evaluateRound(both.deps, first);
  expect(row(both).state).toBe('alarm');
  // The plan of the newer round says `ok`, and so does its answer.
  await evaluateRound(both.deps, second);
  expect(row(both)).toMatchObject({ state: 'ok', last_round: newer.round });
});

test('failures of late rounds do not add up after the answer of a newer one', async () => {
  const failed: QueryAnswer = { kind: 'failed', reason: 'refused' };
  const world_ = world([alarm], (_, at) => (at === next(3).at ? calm : failed));
  for (const n of [0, 1, 2]) await world_.plan(next(n));
  const late = world_.queue.splice(0);
  await world_.round(next(3));
  for (const message of late) await evaluateRound(world_.deps, message);
  expect(row(world_)).toMatchObject({ state: 'ok', failed_rounds: 0 });
});

const answer = fc.constantFrom(raised, calm, values());
const stateOf = new Map([
  [raised, 'alarm'],
  [calm, 'ok'],
]);

test('in any interleaving of two rounds, each delivered several times, the newer one has the last word', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.record({
        state: fc.constantFrom('ok' as const, 'alarm' as const, 'insufficient data' as const),
        old: answer,
        now: answer,
        copies: fc.array(fc.constantFrom(0, 1), { maxLength: 3 }),
      }),
      async (scheduler, { state, old, now, copies }) => {
        const both = worldOf(old, now, prometheusAlarm({ state, last_round: 1 }));
        await both.plan(older);
        await both.plan(newer);
        const step = scheduledBy(scheduler);
        const { deps, queue } = both;
        const stepped: RoundDeps = {
          ...deps,
          beginRound: step('begin', deps.beginRound),
          ask: step('ask', async (_, at) => ({
            answer: at === newer.at ? now : old,
            timedOut: false,
          })),
          periodicAlarms: step('read', deps.periodicAlarms),
          writeRounds: step('write', deps.writeRounds),
        };
        const messages = [0, 1, ...copies].flatMap((n) => queue[n] ?? []);
        await scheduler.waitFor(
          Promise.all(messages.map((message) => evaluateRound(stepped, message))),
        );
        expect(row(both).state).toBe(stateOf.get(now) ?? 'insufficient data');
        expect(new Set(both.published).size).toBe(both.published.length);
      },
    ),
    { numRuns: 300 },
  );
});
