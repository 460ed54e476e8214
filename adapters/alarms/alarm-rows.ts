/**
 * The rows of the table `alarms`, and the transactions that change them. An alarm has a row of kind
 * `alarm`, and a row of kind `lookup#<key>` for each key by which events find it. A change writes
 * all its rows, the counts of the owners' alarms, its timer and its record in `history` in one transaction.
 */
import type { Alarm } from '../../domain/alarms/alarm.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import { alarmSortKey } from '../../domain/alarms/alarm-index.ts';
import { isProjectWide, lookupKeysOf } from '../../domain/alarms/lookup.ts';
import { type AlarmQuotas, ownersOf } from '../../domain/alarms/quota.ts';
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

/** The row of an alarm. */
export const alarmRow = (alarm: Alarm): Row => ({
  ...alarm,
  kind: kinds.alarm,
  in_project: indexKeys.project(alarm.project_id),
  named: indexKeys.name(alarm.name),
  live: indexKeys.all,
  sort_key: alarmSortKey(alarm),
});

/** The first actions of a creation are the counts of the project and the user. */
export const countsOfCreation = 2;

/**
 * The position of the count of alarms without a resource: in a creation after the other counts, in a
 * replacement after the alarm. It is there if the alarm is, or becomes, one without a resource.
 */
export const wideCountOfCreation = countsOfCreation;
export const wideCountOfReplacement = 1;

/** Whether a change makes an alarm without a resource of one that names a resource. */
export const becomesWide = (before: Alarm, after: Alarm): boolean =>
  isProjectWide(after) && !isProjectWide(before);

/**
 * The transaction that creates an alarm. It fails at one of the first `countsOfCreation` actions if
 * the project or the user has no room for another alarm, and at `wideCountOfCreation` if the project
 * has no room for another without a resource.
 */
export function alarmCreation(tables: AlarmTables, alarm: Alarm, change: AlarmChange): Action[] {
  const { alarms, quotas, quota } = tables;
  const owners = ownersOf(alarm);
  return [
    countedWithin(quotas, owners.project, quota.project),
    countedWithin(quotas, owners.user, quota.user),
    ...(isProjectWide(alarm) ? [countedWithin(quotas, owners.wide, quota.wide)] : []),
    {
      Put: {
        TableName: alarms,
        Item: alarmRow(alarm),
        ConditionExpression: 'attribute_not_exists(alarm_id)',
      },
    },
    ...lookupKeysOf(alarm).map((key) => lookupPut(alarms, alarm, key)),
    recorded(tables, change),
    ...timerWrites(tables.timers, undefined, alarm),
  ];
}

/**
 * The transaction that replaces an alarm, on condition that it is unchanged since it was read. It
 * fails at `wideCountOfReplacement` if the project has no room for another alarm without a resource.
 */
export function alarmReplacement(
  tables: AlarmTables,
  before: Alarm,
  after: Alarm,
  change: AlarmChange,
): Action[] {
  const { alarms, quotas, quota } = tables;
  const oldKeys = lookupKeysOf(before);
  const newKeys = lookupKeysOf(after);
  const from = ownersOf(before);
  const to = ownersOf(after);
  return [
    { Put: { TableName: alarms, Item: alarmRow(after), ...atRevision(before) } },
    ...wideMoved(quotas, quota.wide, before, after),
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
export function alarmDeletion(tables: AlarmTables, alarm: Alarm, change: AlarmChange): Action[] {
  const { alarms, quotas } = tables;
  const owners = ownersOf(alarm);
  return [
    {
      Delete: {
        TableName: alarms,
        Key: { alarm_id: alarm.alarm_id, kind: kinds.alarm },
        ...atRevision(alarm),
      },
    },
    ...lookupKeysOf(alarm).map((key) => lookupDelete(alarms, alarm, key)),
    counted(quotas, owners.project, -1),
    counted(quotas, owners.user, -1),
    ...(isProjectWide(alarm) ? [counted(quotas, owners.wide, -1)] : []),
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

type LookupOwner = Pick<Alarm, 'alarm_id' | 'project_id'>;

const lookupPut = (table: string, alarm: Alarm, key: string): Action => ({
  Put: { TableName: table, Item: lookupRow(alarm, key) },
});

const lookupDelete = (table: string, { alarm_id }: Alarm, key: string): Action => ({
  Delete: { TableName: table, Key: { alarm_id, kind: kinds.lookup(key) } },
});

const atRevision = ({ revision }: Alarm) => ({
  ConditionExpression: 'revision = :revision',
  ExpressionAttributeValues: { ':revision': revision },
});

/** The counts of two owners after an alarm moved from one to the other. */
const moved = (table: string, from: string, to: string): Action[] =>
  from === to ? [] : [counted(table, from, -1), counted(table, to, 1)];

/**
 * The counts of alarms without a resource after a change. An alarm that loses its resource is counted
 * against the limit. An alarm that moves to another project is not, like all other alarms.
 */
function wideMoved(table: string, most: number, before: Alarm, after: Alarm): Action[] {
  const from = ownersOf(before).wide;
  const to = ownersOf(after).wide;
  if (becomesWide(before, after)) return [countedWithin(table, to, most)];
  if (!isProjectWide(before)) return [];
  return isProjectWide(after) ? moved(table, from, to) : [counted(table, from, -1)];
}
