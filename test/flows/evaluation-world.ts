/** Alarms and history in memory, for tests of the evaluation of events. */
import { expect } from 'vitest';
import type { Alarm, RuleCondition } from '../../domain/alarms/alarm.ts';
import type { Chain } from '../../domain/alarms/firing.ts';
import type { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { Notification } from '../../domain/events/messages.ts';
import { type EvaluateDeps, evaluateEvents } from '../../flows/evaluate-events.ts';
import { lastCounts } from '../../flows/last-counts.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { eventWith } from '../domain/events/events.ts';
import { id, minute } from '../domain/rows.ts';
import { alarmTables, rowKey } from './alarm-tables.ts';

/** The n-th change of vm-1. */
export const change = (n: number, given: Partial<DoctorEvent> = {}): DoctorEvent => ({
  ...eventWith(['project_id', 1, 'a'], ['resource_id', 1, 'vm-1'], ['host', 1, 'compute-1']),
  message_id: `m-${n}`,
  accepted_at: minute(n),
  stamp: { resource: 'vm-1', incarnation: 'i', revision: n },
  ...given,
});

/** The n-th change of vm-1, with the state after it. */
export const becomes = (n: number, to: string): DoctorEvent => {
  const event = change(n);
  return { ...event, traits: [...event.traits, ['state', 1, to]] };
};

/** A condition on the state of a server. */
export const stateIs = (value: string): RuleCondition => ({
  ...{ field: 'traits.state', op: 'eq', type: '', value },
});

/** A rule that a stop raises, and a start clears. */
export const clearing = {
  rule: {
    event_type: '*',
    query: [stateIs('stopped')],
    clear: { event_type: '*', query: [stateIs('active')] },
  },
};

/** A world without alarms. `state.meanwhile` runs once, before the next transaction, as another writer. */
export function evaluationWorld() {
  const { alarms, rows, silences, notifications, deps: tables } = alarmTables();
  const published: OutboxRow[] = [];
  const transactions: Chain[][] = [];
  const interruptions: string[] = [];
  const state: { meanwhile: (() => unknown) | undefined } = { meanwhile: undefined };

  const deps: EvaluateDeps = {
    pace: tables.pace,
    alarmCounts: async (ids) => tables.alarmCounts(ids),
    silences: async (ids) => tables.silences(ids),
    proofState: async () => 'open',
    lastCounts: lastCounts(),
    alarmsUnder: async (keys, bounds) => tables.alarmsUnder(keys, bounds),
    sendRest: async () => expect.unreachable(),
    alarms: async (ids) => tables.alarms(ids),
    written: async (keys) => tables.written(keys),
    undeliveredOf: async (keys) => tables.undeliveredOf(keys),
    fire: async (chains) => {
      const others = state.meanwhile;
      state.meanwhile = undefined;
      others?.();
      transactions.push([...chains]);
      return tables.fire(chains);
    },
    arm: async (from, to) => tables.arm(from, to),
    report: async (unreadable) => tables.report(unreadable),
    sendWebhooks: async () => undefined,
    sendGroups: async () => expect.unreachable(),
    publish: async (given) => {
      published.push(...given);
      return given;
    },
    markDelivered: async (given) => {
      for (const row of given) rows.set(rowKey(row), { ...row, undelivered_shard: undefined });
    },
    noteChanges: async () => {},
    countSent: async () => {},
    interrupted: (step) => {
      interruptions.push(step);
    },
    now: () => minute(9),
  };
  const evaluate = (events: readonly DoctorEvent[], given: Partial<EvaluateDeps> = {}) =>
    evaluateEvents({ ...deps, ...given }, events);
  /** Makes alarms, with the ids 1, 2 and so on. */
  const file = (...given: Partial<Alarm>[]) => {
    for (const each of given) {
      const alarm = alarmWith({ alarm_id: id(alarms.size + 1), ...each });
      alarms.set(alarm.alarm_id, alarm);
    }
  };
  const notified = () => published.map(({ body }) => Notification.parse(JSON.parse(body)));
  const undelivered = () => notifications().filter((row) => row.undelivered_shard);
  /** Each notification as its event and the states before and after. */
  const transitions = () =>
    notified().map(
      ({ previous, current, reason_data: { event } }) =>
        `${event.message_id} ${previous}→${current}`,
    );
  return {
    ...{ alarms, rows, silences, published, transactions, interruptions, state, deps },
    ...{ evaluate, file, notified, undelivered, transitions },
  };
}
