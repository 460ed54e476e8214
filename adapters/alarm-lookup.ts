/** The evaluator's reading of the table `alarms`. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Alarm } from '../domain/alarm.ts';
import { getAll, inParallel, queryPages } from './dynamodb.ts';

/** Index queries in flight: more wait for each other on one Lambda. */
const width = 8;

export const alarmLookup = (client: DynamoDBDocumentClient, table: string) => ({
  /** Ids of the alarms under each key, as the index shows them. */
  alarmsUnder: async (keys: readonly string[]): Promise<Map<string, string[]>> => {
    const found = await inParallel(keys, width, async (key): Promise<[string, string[]]> => {
      const ids: string[] = [];
      const query = {
        TableName: table,
        IndexName: 'lookup',
        KeyConditionExpression: 'lookup_key = :key',
        ExpressionAttributeValues: { ':key': key },
      };
      for await (const page of queryPages(client, query)) {
        ids.push(...page.map(({ alarm_id }) => String(alarm_id)));
      }
      return [key, ids];
    });
    return new Map(found);
  },

  /** Alarms read consistently, in any order; what does not exist is left out. */
  alarms: async (ids: readonly string[]): Promise<Alarm[]> => {
    const keys = ids.map((alarm_id) => ({ alarm_id, kind: 'alarm' }));
    const rows = await getAll(client, table, keys);
    return rows.map((row) => Alarm.parse(row));
  },
});
