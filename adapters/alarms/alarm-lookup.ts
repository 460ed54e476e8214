/** The table `alarms` as the evaluator reads it. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Alarm } from '../../domain/alarms/alarm.ts';
import { whyNoAlarm } from '../../domain/alarms/stored-alarm.ts';
import type { Unreadable } from '../../flows/alarm-lane.ts';
import type { AlarmsRead } from '../../flows/evaluate-events.ts';
import type { LookupBounds } from '../../flows/find-candidates.ts';
import { getAll, queryPages, type Row } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';

/** Index queries in flight unless something else is said: more wait for each other on one Lambda. */
const usualWidth = 8;

/** The fields that are needed of a row that is not a valid alarm. */
const UnreadableRow = z.object({
  alarm_id: z.string(),
  revision: z.number().optional().catch(undefined),
  state_reason: z.unknown(),
});

function unreadable(row: Row, error: z.ZodError): Unreadable {
  const { alarm_id, revision, state_reason } = UnreadableRow.parse(row);
  const reason = whyNoAlarm(error);
  return { alarm_id, revision, reason, isReported: state_reason === reason };
}

export const alarmLookup = (
  client: DynamoDBDocumentClient,
  table: string,
  width: number = usualWidth,
) => ({
  /**
   * Ids of the alarms under each key, as the index shows them. With bounds: those after an id, the
   * first so many of each key in their order, and no more is read.
   */
  alarmsUnder: async (
    keys: readonly string[],
    { after = '', most }: LookupBounds = {},
  ): Promise<Map<string, string[]>> => {
    const found = await inParallel(keys, width, async (key): Promise<[string, string[]]> => {
      const ids: string[] = [];
      const query = {
        TableName: table,
        IndexName: 'lookup',
        KeyConditionExpression: `lookup_key = :key${after && ' AND alarm_id > :after'}`,
        ExpressionAttributeValues: { ':key': key, ...(after && { ':after': after }) },
        ...(most !== undefined && { Limit: most }),
      };
      for await (const page of queryPages(client, query)) {
        ids.push(...page.map(({ alarm_id }) => String(alarm_id)));
        if (most !== undefined && ids.length >= most) break;
      }
      return [key, ids];
    });
    return new Map(found);
  },

  /** The alarms, read consistently, in any order; ids without an alarm are left out. */
  alarms: async (ids: readonly string[]): Promise<AlarmsRead> => {
    const keys = ids.map((alarm_id) => ({ alarm_id, kind: 'alarm' }));
    const rows = await getAll(client, table, keys);
    const parsed = rows.map((row) => ({ row, ...Alarm.safeParse(row) }));
    return {
      alarms: parsed.flatMap(({ data }) => data ?? []),
      unreadable: parsed.flatMap(({ row, error }) => (error ? [unreadable(row, error)] : [])),
    };
  },
});
