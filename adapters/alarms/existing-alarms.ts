/** Which alarms there are, for those who need nothing else of them. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { getAll } from '../dynamodb.ts';
import { kinds } from './alarm-rows.ts';

/** The reader of the table `alarms`. */
export const existingAlarms = (client: DynamoDBDocumentClient, table: string) => ({
  /** Those of the ids that are ids of alarms, read consistently. An id may be given twice. */
  existing: async (ids: readonly string[]): Promise<ReadonlySet<string>> => {
    const keys = [...new Set(ids)].map((alarm_id) => ({ alarm_id, kind: kinds.alarm }));
    const rows = await getAll(client, table, keys);
    return new Set(rows.map(({ alarm_id }) => String(alarm_id)));
  },
});
