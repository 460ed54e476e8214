/** Evaluating events twice has the same result as evaluating them once, for all alarms and events. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alarmStates } from '../../domain/alarms/alarm.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { type EvaluateDeps, evaluateEvents } from '../../flows/evaluate-events.ts';
import { lastCounts } from '../../flows/last-counts.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { anyEvent, anyRule } from '../domain/events/events.ts';
import { id, minute } from '../domain/rows.ts';
import { alarmTables, rowKey } from './alarm-tables.ts';

const pattern = anyRule.map(({ event_type, query: [first] }) => ({
  event_type,
  query: first ? [first] : [],
}));
const anyAlarm = fc.record({
  rule: fc.record({ event_type: fc.constant('*'), query: fc.constant([]), clear: pattern }),
  clears: fc.boolean(),
  raises: pattern,
  state: fc.constantFrom(...alarmStates),
  repeat_actions: fc.boolean(),
});
const alarms = fc.array(anyAlarm, { minLength: 1, maxLength: 3 }).map((given) =>
  given.map(({ raises, clears, rule, ...rest }, n) =>
    alarmWith({
      ...rest,
      alarm_id: id(n + 1),
      project_id: '',
      rule: { ...raises, ...(clears && { clear: rule.clear }) },
    }),
  ),
);
const place = fc.record({
  resource: fc.constantFrom('vm-1', 'vm-2', undefined),
  revision: fc.integer({ min: 1, max: 5 }),
  at: fc.integer({ min: 1, max: 5 }),
});
/** Events of a few resources and events from outside, all without a project. */
const events = fc.array(fc.tuple(anyEvent, place), { minLength: 1, maxLength: 6 }).map((given) =>
  given.map(([event, { resource, revision, at }], n): DoctorEvent => {
    const traits = event.traits.filter(([name]) => !/^(project|tenant)_id$/.test(name));
    const stamp = resource ? { resource, incarnation: 'i', revision } : null;
    return { ...event, message_id: `m-${n}`, accepted_at: minute(at), traits, stamp };
  }),
);
/** The events in messages, in any order. */
const messages = events.chain((all) =>
  fc.array(fc.subarray(all, { minLength: 1 }), { minLength: 1, maxLength: 4 }),
);

function world(given: readonly ReturnType<typeof alarmWith>[]) {
  const tables = alarmTables(given);
  const published: string[] = [];
  const deps: EvaluateDeps = {
    pace: tables.deps.pace,
    alarmCounts: async (ids) => tables.deps.alarmCounts(ids),
    silences: async (ids) => tables.deps.silences(ids),
    proofState: async () => 'open',
    lastCounts: lastCounts(),
    alarmsUnder: async (keys, bounds) => tables.deps.alarmsUnder(keys, bounds),
    sendRest: async () => expect.unreachable(),
    alarms: async (ids) => tables.deps.alarms(ids),
    written: async (keys) => tables.deps.written(keys),
    undeliveredOf: async (keys) => tables.deps.undeliveredOf(keys),
    arm: async (from, to) => tables.deps.arm(from, to),
    fire: async (chains) => tables.deps.fire(chains),
    report: async (unreadable) => tables.deps.report(unreadable),
    sendWebhooks: async () => undefined,
    sendGroups: async () => expect.unreachable(),
    publish: async (rows) => {
      published.push(...rows.map(rowKey));
      return rows;
    },
    markDelivered: async () => undefined,
    noteChanges: async () => {},
    countSent: async () => {},
    interrupted: (_, error) => {
      throw error;
    },
    now: () => minute(9),
  };
  const snapshot = () => structuredClone([tables.alarms, tables.rows, published]);
  return { deps, published, snapshot };
}

test('a message that comes again, whole or in parts, changes nothing and sends no notification', async () => {
  await fc.assert(
    fc.asyncProperty(
      alarms,
      messages,
      fc.infiniteStream(fc.boolean()),
      async (given, all, again) => {
        const { deps, published, snapshot } = world(given);
        for (const message of all) {
          await evaluateEvents(deps, message);
          const once = snapshot();
          const part = message.filter(() => again.next().value);
          await evaluateEvents(deps, part, { isCopy: true });
          await evaluateEvents(deps, message.toReversed());
          expect(snapshot()).toEqual(once);
        }
        const once = snapshot();
        await evaluateEvents(deps, all.flat(), { isCopy: true });
        expect(snapshot()).toEqual(once);
        expect(new Set(published).size).toBe(published.length);
      },
    ),
    { numRuns: 1_000 },
  );
});
