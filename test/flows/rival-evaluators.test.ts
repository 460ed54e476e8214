/** Evaluators of both lanes and the alarms' owner at the same time, with their steps in any order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Alarm, EventPattern } from '../../domain/alarms/alarm.ts';
import type { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { type EvaluateDeps, evaluateEvents } from '../../flows/evaluate-events.ts';
import { lastCounts } from '../../flows/last-counts.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { eventWith } from '../domain/events/events.ts';
import { id, minute } from '../domain/rows.ts';
import { alarmTables, rowKey } from './alarm-tables.ts';

/** The n-th change of one instance, which stops and starts again. */
const change = (n: number): DoctorEvent => ({
  ...eventWith(
    ['project_id', 1, 'a'],
    ['resource_id', 1, 'vm-1'],
    ['state', 1, n % 2 ? 'stopped' : 'active'],
  ),
  message_id: `m-${n}`,
  accepted_at: minute(n),
  stamp: { resource: 'vm-1', incarnation: 'i', revision: n },
});

const plain = alarmWith({ alarm_id: id(1), name: 'plain' });
const state = (value: string): EventPattern => ({
  event_type: '*',
  query: [{ field: 'traits.state', op: 'eq', type: '', value }],
});
const clearing = alarmWith({
  alarm_id: id(3),
  name: 'clearing',
  rule: { ...state('stopped'), clear: state('active') },
});
const repeating = alarmWith({ alarm_id: id(2), name: 'repeating', repeat_actions: true });

/** An action of the owner: the alarm, and the time on the owner's clock. */
const Deed = fc.record({
  kind: fc.constantFrom('reset', 'renamed'),
  of: fc.constantFrom(plain.alarm_id, repeating.alarm_id),
  at: fc.integer({ min: 1, max: 9 }),
});

function tables(scheduler: fc.Scheduler) {
  const { alarms, notifications, deps: made } = alarmTables([plain, repeating, clearing]);
  const published: string[] = [];
  const step =
    <Args extends readonly unknown[], T>(name: string, work: (...args: Args) => T) =>
    async (...args: Args): Promise<T> => {
      await scheduler.schedule(Promise.resolve(), name);
      return work(...args);
    };
  const deps: EvaluateDeps = {
    pace: made.pace,
    sendRest: async () => expect.unreachable(),
    alarmCounts: step('count alarms', made.alarmCounts),
    silences: step('read silences', made.silences),
    proofState: async () => 'open',
    lastCounts: lastCounts(),
    alarmsUnder: step('look up', made.alarmsUnder),
    alarms: step('read alarms', made.alarms),
    written: step('read rows', made.written),
    undeliveredOf: step('read undelivered rows', made.undeliveredOf),
    arm: step('arm', made.arm),
    fire: step('fire', made.fire),
    report: step('report', made.report),
    sendWebhooks: step('queue webhooks', () => undefined),
    sendGroups: step('queue groups', () => undefined),
    publish: step('publish', (given: readonly OutboxRow[]) => {
      published.push(...given.map(rowKey));
      return given;
    }),
    markDelivered: step('mark', () => undefined),
    noteChanges: async () => {},
    countSent: async () => {},
    interrupted: (_, error) => {
      throw error;
    },
    now: () => minute(9),
  };
  /** Conditional writes on the present alarm, as in `alarming`. */
  const changed = (alarm: Alarm, kind: string, at: number): Alarm => {
    const next = { ...alarm, revision: alarm.revision + 1 };
    if (kind === 'renamed') return { ...next, name: 'renamed' };
    return { ...next, state: 'ok', ...(alarm.state === 'alarm' && { left_alarm_at: minute(at) }) };
  };
  const done = step(
    'owner',
    ({ kind, of, at }: typeof Deed extends fc.Arbitrary<infer T> ? T : never) => {
      const alarm = alarms.get(of);
      if (alarm) alarms.set(of, changed(alarm, kind, at));
    },
  );
  return { deps, done, alarms, published, notifications };
}

test('a repeating alarm is notified of every event once, and every notification is sent once', async () => {
  const events = [1, 2, 3, 4].map(change);
  const messages = fc.array(fc.subarray(events, { minLength: 1 }), { minLength: 1, maxLength: 4 });
  const deeds = fc.array(Deed, { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(messages, deeds, fc.scheduler(), async (lanes, owner, scheduler) => {
      const { deps, done, alarms, published, notifications } = tables(scheduler);
      // Both lanes deliver every event, and any message may be repeated.
      const all = [...lanes, events];
      await scheduler.waitFor(
        Promise.all([
          // Every other message is marked as a copy, which may be wrong.
          ...all.map((lane, n) => evaluateEvents(deps, lane, { isCopy: n % 2 === 1 })),
          ...owner.map(done),
        ]),
      );
      expect(published.length).toBe(new Set(published).size);
      expect(published.sort()).toEqual(notifications().map(rowKey).sort());
      expect(alarms.get(clearing.alarm_id)?.state).toBe('ok');
      const repeated = published.filter((key) => key.endsWith(repeating.alarm_id));
      expect(repeated).toEqual(
        events.map(({ message_id }) => `${message_id} ${repeating.alarm_id}`),
      );
      expect(published.filter((key) => key.endsWith(plain.alarm_id)).length).toBeGreaterThan(0);
    }),
    { numRuns: 1_000 },
  );
});
