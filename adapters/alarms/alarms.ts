/**
 * The table `alarms` as the API uses it, with the records of its changes in `history`. An alarm has
 * a row of kind `alarm` and one of kind `lookup#<key>` for each key that events find it by. All
 * rows of a change are written in one transaction.
 */
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { type Alarm, isAlarmId } from '../../domain/alarms/alarm.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import { alarmSortKey } from '../../domain/alarms/alarm-index.ts';
import { lookupKeysOf } from '../../domain/alarms/lookup.ts';
import { type AlarmQuotas, ownersOf } from '../../domain/alarms/quota.ts';
import { storedAlarm } from '../../domain/alarms/stored-alarm.ts';
import type { Row } from '../dynamodb.ts';
import { type Action, transact } from '../transactions.ts';
import { expiryOf, historyRow } from './history-rows.ts';
import { counted, countedWithin } from './quotas.ts';

export type AlarmTables = {
  readonly alarms: string;
  readonly history: string;
  readonly quotas: string;
  /** How long the record of a change is kept. */
  readonly retentionDays: number;
  /** What holds for projects and users without a limit of their own. */
  readonly quota: AlarmQuotas;
};

/** What became of a new alarm. */
export type Filed = 'filed' | 'over quota' | 'overtaken';

export const kinds = { alarm: 'alarm', lookup: (key: string): string => `lookup#${key}` };

/** The values of what only indexes need; a name may be empty, their keys may not. */
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

/** Nothing is owed for the record of a request, so its time begins at once. */
const recordRow = (change: AlarmChange, retentionDays: number): Row => ({
  ...historyRow(change),
  expires_at: expiryOf(change.timestamp, retentionDays),
});

export const alarmStore = (client: DynamoDBDocumentClient, tables: AlarmTables) => {
  const { alarms: table, history, quotas, retentionDays, quota } = tables;

  const recorded = (change: AlarmChange): Action => ({
    Put: { TableName: history, Item: recordRow(change, retentionDays) },
  });
  const lookupPut = ({ alarm_id }: Alarm, key: string): Action => ({
    Put: { TableName: table, Item: { alarm_id, kind: kinds.lookup(key), lookup_key: key } },
  });
  const lookupDelete = ({ alarm_id }: Alarm, key: string): Action => ({
    Delete: { TableName: table, Key: { alarm_id, kind: kinds.lookup(key) } },
  });
  const atRevision = ({ revision }: Alarm) => ({
    ConditionExpression: 'revision = :revision',
    ExpressionAttributeValues: { ':revision': revision },
  });
  const unchanged = async (actions: Action[]): Promise<boolean> =>
    (await transact(client, actions)) === 'written';

  return {
    /** The alarm, read consistently; undefined if there is none, or the id is no alarm's. */
    alarm: async (alarm_id: string): Promise<Alarm | undefined> => {
      if (!isAlarmId(alarm_id)) return undefined;
      const { Item: row } = await client.send(
        new GetCommand({
          TableName: table,
          Key: { alarm_id, kind: kinds.alarm },
          ConsistentRead: true,
        }),
      );
      return row && storedAlarm(row);
    },

    /**
     * Files a new alarm, if there is room for one more: the counts of its project and its user are
     * part of the transaction. `overtaken` where others filed theirs at the same moment.
     */
    create: async (alarm: Alarm, change: AlarmChange): Promise<Filed> => {
      const owners = ownersOf(alarm);
      const outcome = await transact(client, [
        countedWithin(quotas, owners.project, quota.project),
        countedWithin(quotas, owners.user, quota.user),
        {
          Put: {
            TableName: table,
            Item: alarmRow(alarm),
            ConditionExpression: 'attribute_not_exists(alarm_id)',
          },
        },
        ...lookupKeysOf(alarm).map((key) => lookupPut(alarm, key)),
        recorded(change),
      ]);
      if (outcome === 'written') return 'filed';
      return outcome === 'conflict' || outcome > 1 ? 'overtaken' : 'over quota';
    },

    /** False if the alarm is no longer as it was read. */
    replace: (before: Alarm, after: Alarm, change: AlarmChange): Promise<boolean> => {
      const [old, wanted] = [lookupKeysOf(before), lookupKeysOf(after)];
      const [from, to] = [ownersOf(before), ownersOf(after)];
      return unchanged([
        { Put: { TableName: table, Item: alarmRow(after), ...atRevision(before) } },
        ...old.filter((key) => !wanted.includes(key)).map((key) => lookupDelete(before, key)),
        ...wanted.filter((key) => !old.includes(key)).map((key) => lookupPut(after, key)),
        ...moved(quotas, from.project, to.project),
        ...moved(quotas, from.user, to.user),
        recorded(change),
      ]);
    },

    /** Deletes an alarm with all its rows but its history. False if it is no longer as it was read. */
    remove: (alarm: Alarm, change: AlarmChange): Promise<boolean> => {
      const owners = ownersOf(alarm);
      return unchanged([
        {
          Delete: {
            TableName: table,
            Key: { alarm_id: alarm.alarm_id, kind: kinds.alarm },
            ...atRevision(alarm),
          },
        },
        ...lookupKeysOf(alarm).map((key) => lookupDelete(alarm, key)),
        counted(quotas, owners.project, -1),
        counted(quotas, owners.user, -1),
        recorded(change),
      ]);
    },
  };
};

/** The counts of an alarm that changed hands. */
const moved = (table: string, from: string, to: string): Action[] =>
  from === to ? [] : [counted(table, from, -1), counted(table, to, 1)];
