/**
 * The table `alarms` as the API uses it, with the records of its changes in `history`. An alarm has
 * a row of kind `alarm` and one of kind `lookup#<key>` for each key that events find it by. All
 * rows of a change are written in one transaction.
 */
import {
  type DynamoDBDocumentClient,
  GetCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { Alarm } from '../domain/alarm.ts';
import type { AlarmChange } from '../domain/alarm-history.ts';
import type { Scope } from '../domain/alarm-list.ts';
import { lookupKeysOf } from '../domain/lookup.ts';
import { getAll, ifUnchanged, queryPages, type Row } from './dynamodb.ts';
import { expiryOf, historyRow } from './history-rows.ts';

export type AlarmTables = {
  readonly alarms: string;
  readonly history: string;
  /** How long the record of a change is kept. */
  readonly retentionDays: number;
};

type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

const kinds = { alarm: 'alarm', lookup: (key: string): string => `lookup#${key}` };

/** The row of an alarm with what only its indexes need; lists are ordered by time of creation. */
const indexed = (alarm: Alarm): Row => ({
  ...alarm,
  kind: kinds.alarm,
  in_project: `project#${alarm.project_id}`,
  live: 'alarm',
  sort_key: `${alarm.created_at}#${alarm.alarm_id}`,
});

/** Nothing is owed for the record of a request, so its time begins at once. */
const recordRow = (change: AlarmChange, retentionDays: number): Row => ({
  ...historyRow(change),
  expires_at: expiryOf(change.timestamp, retentionDays),
});

export const alarmStore = (client: DynamoDBDocumentClient, tables: AlarmTables) => {
  const { alarms: table, history, retentionDays } = tables;

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
  /** Repeated by the SDK it has the same token, so that it happens once. */
  const write = (actions: Action[]): Promise<boolean> =>
    ifUnchanged(client.send(new TransactWriteCommand({ TransactItems: actions })));

  return {
    /** The alarm, read consistently. */
    alarm: async (alarm_id: string): Promise<Alarm | undefined> => {
      const { Item: row } = await client.send(
        new GetCommand({
          TableName: table,
          Key: { alarm_id, kind: kinds.alarm },
          ConsistentRead: true,
        }),
      );
      return row && Alarm.parse(row);
    },

    /** All alarms of a project or of all of them: found by an index, each read consistently. */
    alarmsOf: async (scope: Scope): Promise<Alarm[]> => {
      const index =
        scope === 'all projects'
          ? { name: 'byTime', key: 'live', value: 'alarm' }
          : { name: 'byProject', key: 'in_project', value: `project#${scope.project_id}` };
      const pages = queryPages(client, {
        TableName: table,
        IndexName: index.name,
        KeyConditionExpression: '#key = :value',
        ExpressionAttributeNames: { '#key': index.key },
        ExpressionAttributeValues: { ':value': index.value },
      });
      const alarms: Alarm[] = [];
      for await (const page of pages) {
        const keys = page.map(({ alarm_id }) => ({
          alarm_id: String(alarm_id),
          kind: kinds.alarm,
        }));
        alarms.push(...(await getAll(client, table, keys)).map((row) => Alarm.parse(row)));
      }
      // An index may still show an alarm under the project that it was in before.
      return scope === 'all projects'
        ? alarms
        : alarms.filter(({ project_id }) => project_id === scope.project_id);
    },

    /** Files a new alarm. False only if the write was carried out before. */
    create: (alarm: Alarm, change: AlarmChange): Promise<boolean> =>
      write([
        {
          Put: {
            TableName: table,
            Item: indexed(alarm),
            ConditionExpression: 'attribute_not_exists(alarm_id)',
          },
        },
        ...lookupKeysOf(alarm).map((key) => lookupPut(alarm, key)),
        recorded(change),
      ]),

    /** False if the alarm is no longer as it was read. */
    replace: (before: Alarm, after: Alarm, change: AlarmChange): Promise<boolean> => {
      const [old, wanted] = [lookupKeysOf(before), lookupKeysOf(after)];
      return write([
        { Put: { TableName: table, Item: indexed(after), ...atRevision(before) } },
        ...old.filter((key) => !wanted.includes(key)).map((key) => lookupDelete(before, key)),
        ...wanted.filter((key) => !old.includes(key)).map((key) => lookupPut(after, key)),
        recorded(change),
      ]);
    },

    /** Deletes an alarm with all its rows. False if it is no longer as it was read. */
    remove: (alarm: Alarm, change: AlarmChange): Promise<boolean> =>
      write([
        {
          Delete: {
            TableName: table,
            Key: { alarm_id: alarm.alarm_id, kind: kinds.alarm },
            ...atRevision(alarm),
          },
        },
        ...lookupKeysOf(alarm).map((key) => lookupDelete(alarm, key)),
        recorded(change),
      ]),
  };
};
