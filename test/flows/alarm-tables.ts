/** Alarms and their history in memory, in the form of the tables. */
import type { Alarm } from '../../domain/alarms/alarm.ts';
import type { Chain, Firing } from '../../domain/alarms/firing.ts';
import { isProjectWide, lookupKeysOf } from '../../domain/alarms/lookup.ts';
import type { AlarmCounts, ProjectKeys } from '../../domain/alarms/lookup-plan.ts';
import { hasNotification, type OutboxRow } from '../../domain/alarms/outbox-row.ts';
import type { Silence } from '../../domain/alarms/silence.ts';
import type { ChainOutcome } from '../../flows/alarm-lane.ts';
import { type EvaluateDeps, fullPace } from '../../flows/evaluate-events.ts';
import type { LookupBounds } from '../../flows/find-candidates.ts';
import type { RowKey } from '../../flows/written-before.ts';

type Row = Firing['row'];

export const rowKey = ({ event_id, alarm_id }: Pick<Row, 'event_id' | 'alarm_id'>): string =>
  `${event_id} ${alarm_id}`;

export function alarmTables(given: readonly Alarm[] = []) {
  const alarms = new Map(given.map((alarm) => [alarm.alarm_id, alarm]));
  const rows = new Map<string, Row>();
  /** The silences by id. The counts of each project name all of them. */
  const silences = new Map<string, Silence>();

  const write = (chain: Chain): ChainOutcome => {
    const taken = chain.map(({ row }) => rows.has(rowKey(row)));
    const already = [...taken.keys()].filter((position) => taken[position]);
    if (already.length > 0) return { already };
    const { from } = chain[0] ?? {};
    const to = chain.findLast((firing) => firing.to)?.to;
    if (to && alarms.get(to.alarm_id)?.revision !== from?.revision) return 'alarm changed';
    for (const { row } of chain) rows.set(rowKey(row), row);
    if (to) alarms.set(to.alarm_id, to);
    return 'written';
  };

  return {
    alarms,
    rows,
    silences,
    /** The rows with a notification, sent or still to send. */
    notifications: (): OutboxRow[] => [...rows.values()].filter(hasNotification),
    deps: {
      pace: fullPace,
      alarmCounts: (project_ids: readonly string[]) =>
        new Map(
          project_ids.map((id): [string, AlarmCounts] => {
            const its = [...alarms.values()].filter(({ project_id }) => project_id === id);
            const wide = its.filter(isProjectWide).length;
            return [id, { all: its.length, wide, silences: [...silences.keys()] }];
          }),
        ),
      alarmsUnder: (asked: readonly ProjectKeys[], { after = '', most }: LookupBounds = {}) => {
        const under = (key: string): string[] => {
          const found = [...alarms.values()].filter((alarm) => lookupKeysOf(alarm).includes(key));
          const ids = found.map(({ alarm_id }) => alarm_id).filter((id) => id > after);
          return ids.sort().slice(0, most);
        };
        return new Map(asked.flatMap(({ keys }) => keys).map((key) => [key, under(key)]));
      },
      alarms: (ids: readonly string[]) => ({
        alarms: ids.flatMap((alarm_id) => alarms.get(alarm_id) ?? []),
        unreadable: [],
      }),
      written: (keys: readonly RowKey[]) => keys.flatMap((key) => rows.get(rowKey(key)) ?? []),
      undeliveredOf: (keys: readonly RowKey[]) =>
        keys
          .flatMap((key) => rows.get(rowKey(key)) ?? [])
          .filter(hasNotification)
          .filter(({ undelivered_shard }) => undelivered_shard !== undefined),
      fire: (chains: readonly Chain[]) => chains.map(write),
      silences: (ids: readonly string[]) => ids.flatMap((id) => silences.get(id) ?? []),
      arm: (from: Alarm, to: Alarm): boolean => {
        if (alarms.get(from.alarm_id)?.revision !== from.revision) return false;
        alarms.set(to.alarm_id, to);
        return true;
      },
      report: ({ alarm_id, reason }: Parameters<EvaluateDeps['report']>[0]) => {
        const alarm = alarms.get(alarm_id);
        if (alarm) alarms.set(alarm_id, { ...alarm, state_reason: reason });
      },
    },
  };
}
