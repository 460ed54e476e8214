/**
 * The rows of the table `alarms`, and the transactions that change them. An alarm has a row of kind
 * `alarm`. An event alarm has a row of kind `lookup#<key>` for each key by which events find it; a
 * periodic alarm has none, and is found by the index `periodic` alone. A change writes all its
 * rows, the counts of the owners' alarms, its timer and its record in `history` in one transaction.
 */
import { Alarm } from '../../domain/alarms/alarm.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import { alarmSortKey } from '../../domain/alarms/alarm-index.ts';
import { lookupKeysOf } from '../../domain/alarms/lookup.ts';
import {
  type AnyAlarm,
  isPeriodic,
  type PeriodicAlarm,
} from '../../domain/alarms/periodic-alarm.ts';
import { type PeriodicKeys, periodicKeysOf } from '../../domain/alarms/periodic-index.ts';
import { type AlarmQuotas, limitedKindOf, ownersOf } from '../../domain/alarms/quota.ts';
import type { Row } from '../dynamodb.ts';
import { timerWrites } from '../timers/alarm-timers.ts';
import type { Action } from '../transactions.ts';
import { expiryOf, historyRow } from './history-rows.ts';
import { counted, countedWithin } from './quotas.ts';

/** The tables that a change writes, and the settings of a change. */
export type AlarmTables = {
  readonly alarms: string;
  readonly history: string;
  readonly quotas: string;
  readonly timers: string;
  /** How long the record of a change is kept, in days. */
  readonly retentionDays: number;
  /** The limits of projects and users for which none was set. */
  readonly quota: AlarmQuotas;
};

/** The values of the sort key `kind`. */
export const kinds = { alarm: 'alarm', lookup: (key: string): string => `lookup#${key}` };

/**
 * The values of the keys of indexes. They have a prefix, because a key cannot be empty but a name
 * can.
 */
export const indexKeys = {
  project: (project_id: string): string => `project#${project_id}`,
  name: (name: string): string => `name#${name}`,
  all: 'alarm',
};

/** The keys of an alarm's row, and of the indexes that lists read. */
type ListedKeys = {
  readonly kind: string;
  readonly in_project: string;
  readonly named: string;
  readonly live: string;
  readonly sort_key: string;
};

/** The row of an event alarm. It never has the keys of the index `periodic`. */
export type EventAlarmRow = Alarm & ListedKeys & { readonly [Key in keyof PeriodicKeys]?: never };

/** The row of a periodic alarm. It has the keys of the index `periodic` while it is enabled. */
export type PeriodicAlarmRow = PeriodicAlarm & ListedKeys & Partial<PeriodicKeys>;

const listedKeys = (alarm: AnyAlarm): ListedKeys => ({
  kind: kinds.alarm,
  in_project: indexKeys.project(alarm.project_id),
  named: indexKeys.name(alarm.name),
  live: indexKeys.all,
  sort_key: alarmSortKey(alarm),
});

const eventRow = (alarm: Alarm): EventAlarmRow => ({
  ...Alarm.parse(alarm),
  ...listedKeys(alarm),
});

const periodicRow = (alarm: PeriodicAlarm): PeriodicAlarmRow => ({
  ...alarm,
  ...listedKeys(alarm),
  ...(alarm.enabled && periodicKeysOf(alarm)),
});

/**
 * The row of an alarm. Only that of a periodic alarm has the keys of the index `periodic`; the schema
 * of event alarms drops them from whatever else it is given.
 */
export const alarmRow = (alarm: AnyAlarm): EventAlarmRow | PeriodicAlarmRow =>
  isPeriodic(alarm) ? periodicRow(alarm) : eventRow(alarm);

/** The keys by which events find the alarm; none for a periodic alarm. */
const eventKeysOf = (alarm: AnyAlarm): string[] => (isPeriodic(alarm) ? [] : lookupKeysOf(alarm));

/** The first actions of a creation are the counts of the project and the user. */
export const countsOfCreation = 2;

/**
 * The position of the count of alarms of a kind with its own limit: in a creation after the other
 * counts, in a replacement after the alarm. It is there if the alarm is, or becomes, of such a kind.
 */
export const kindCountOfCreation = countsOfCreation;
export const kindCountOfReplacement = 1;

/** Whether a change makes the alarm one of a kind with its own limit, which it was not. */
export function becomesLimited(before: AnyAlarm, after: AnyAlarm): boolean {
  const kind = limitedKindOf(after);
  return kind !== undefined && kind !== limitedKindOf(before);
}

/**
 * The transaction that creates an alarm. It fails at one of the first `countsOfCreation` actions if
 * the project or the user has no room for another alarm, and at `kindCountOfCreation` if the project
 * has no room for another of its kind.
 */
export function alarmCreation(tables: AlarmTables, alarm: AnyAlarm, change: AlarmChange): Action[] {
  const { alarms, quotas, quota } = tables;
  const owners = ownersOf(alarm);
  const kind = limitedKindOf(alarm);
  return [
    countedWithin(quotas, owners.project, quota.project),
    countedWithin(quotas, owners.user, quota.user),
    ...(kind ? [countedWithin(quotas, owners[kind], quota[kind])] : []),
    {
      Put: {
        TableName: alarms,
        Item: alarmRow(alarm),
        ConditionExpression: 'attribute_not_exists(alarm_id)',
      },
    },
    ...eventKeysOf(alarm).map((key) => lookupPut(alarms, alarm, key)),
    recorded(tables, change),
    ...timerWrites(tables.timers, undefined, alarm),
  ];
}

/**
 * The transaction that replaces an alarm, on condition that it is unchanged since it was read. It
 * fails at `kindCountOfReplacement` if the project has no room for another alarm of its kind.
 */
export function alarmReplacement(
  tables: AlarmTables,
  before: AnyAlarm,
  after: AnyAlarm,
  change: AlarmChange,
): Action[] {
  const { alarms, quotas, quota } = tables;
  const oldKeys = eventKeysOf(before);
  const newKeys = eventKeysOf(after);
  const from = ownersOf(before);
  const to = ownersOf(after);
  return [
    { Put: { TableName: alarms, Item: alarmRow(after), ...atRevision(before) } },
    ...kindMoved(quotas, quota, before, after),
    ...oldKeys
      .filter((key) => !newKeys.includes(key))
      .map((key) => lookupDelete(alarms, before, key)),
    ...newKeys.filter((key) => !oldKeys.includes(key)).map((key) => lookupPut(alarms, after, key)),
    ...moved(quotas, from.project, to.project),
    ...moved(quotas, from.user, to.user),
    recorded(tables, change),
    ...timerWrites(tables.timers, before, after),
  ];
}

/**
 * The transaction that deletes an alarm, on condition that it is unchanged since it was read. Its
 * history stays.
 */
export function alarmDeletion(tables: AlarmTables, alarm: AnyAlarm, change: AlarmChange): Action[] {
  const { alarms, quotas } = tables;
  const owners = ownersOf(alarm);
  const kind = limitedKindOf(alarm);
  return [
    {
      Delete: {
        TableName: alarms,
        Key: { alarm_id: alarm.alarm_id, kind: kinds.alarm },
        ...atRevision(alarm),
      },
    },
    ...eventKeysOf(alarm).map((key) => lookupDelete(alarms, alarm, key)),
    counted(quotas, owners.project, -1),
    counted(quotas, owners.user, -1),
    ...(kind ? [counted(quotas, owners[kind], -1)] : []),
    recorded(tables, change),
    ...timerWrites(tables.timers, alarm, undefined),
  ];
}

/**
 * The record of a change by a request. It has nothing to deliver, so its retention begins at once.
 */
const recorded = ({ history, retentionDays }: AlarmTables, change: AlarmChange): Action => ({
  Put: {
    TableName: history,
    Item: { ...historyRow(change), expires_at: expiryOf(change.timestamp, retentionDays) },
  },
});

/** What comes before the ids of a key's alarms in `key_place`. No key contains a `#` at this place. */
export const placesOf = (key: string): string => `${key}#`;

/** The row by which events find an alarm: by its project, its key and its id. */
export const lookupRow = ({ alarm_id, project_id }: LookupOwner, key: string): Row => ({
  alarm_id,
  kind: kinds.lookup(key),
  key_project: indexKeys.project(project_id),
  key_place: `${placesOf(key)}${alarm_id}`,
});

type LookupOwner = Pick<AnyAlarm, 'alarm_id' | 'project_id'>;

const lookupPut = (table: string, alarm: LookupOwner, key: string): Action => ({
  Put: { TableName: table, Item: lookupRow(alarm, key) },
});

const lookupDelete = (table: string, { alarm_id }: LookupOwner, key: string): Action => ({
  Delete: { TableName: table, Key: { alarm_id, kind: kinds.lookup(key) } },
});

const atRevision = ({ revision }: AnyAlarm) => ({
  ConditionExpression: 'revision = :revision',
  ExpressionAttributeValues: { ':revision': revision },
});

/** The counts of two owners after an alarm moved from one to the other. */
const moved = (table: string, from: string, to: string): Action[] =>
  from === to ? [] : [counted(table, from, -1), counted(table, to, 1)];

/**
 * The counts of alarms of a kind with its own limit after a change. An alarm that becomes of the kind
 * is counted against the limit. An alarm that moves to another project is not, like all other alarms.
 */
function kindMoved(table: string, quota: AlarmQuotas, before: AnyAlarm, after: AnyAlarm): Action[] {
  const [was, is] = [limitedKindOf(before), limitedKindOf(after)];
  const from = was && ownersOf(before)[was];
  const to = is && ownersOf(after)[is];
  if (was === is) return from && to ? moved(table, from, to) : [];
  return [
    ...(is && to ? [countedWithin(table, to, quota[is])] : []),
    ...(from ? [counted(table, from, -1)] : []),
  ];
}
