/** The table `history` as an outbox: rows whose notification was not yet delivered. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import { allShards } from '../../domain/alarms/outbox-shards.ts';
import type { EventsOut } from '../../flows/events-out.ts';
import type { RowKey } from '../../flows/written-before.ts';
import { queryPages, writtenAll } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';
import { expiryOf } from './history-rows.ts';
import { undeliveredRows } from './undelivered-rows.ts';

type Settings = Pick<EventsOut, 'interrupted'> & {
  readonly table: string;
  /** How long a delivered row is kept, in days; at least 15. */
  readonly retentionDays: number;
};

/** The outbox. `interrupted` of the settings is called for a row that cannot be read. */
export const outbox = (
  client: DynamoDBDocumentClient,
  { table, retentionDays, interrupted }: Settings,
) => {
  /** Marks the rows as delivered, which takes them out of the sweeper's index. */
  const markDelivered = async (rows: readonly RowKey[]): Promise<void> => {
    const now = new Date().toISOString();
    const expires_at = expiryOf(now, retentionDays);
    await writtenAll(
      client,
      rows.map(({ event_id, alarm_id }) => ({
        Statement: `UPDATE "${table}" SET "delivered_at" = ? SET "expires_at" = ? REMOVE "undelivered_shard" WHERE "event_id" = ? AND "alarm_id" = ?`,
        Parameters: [now, expires_at, event_id, alarm_id],
      })),
    );
  };

  /**
   * Those of the rows that are not delivered, read consistently, in any order. A row that cannot be
   * read is logged and left out.
   */
  const undeliveredOf = async (keys: readonly RowKey[]): Promise<OutboxRow[]> => {
    const asked = keys.map(({ event_id, alarm_id }) => ({ event_id, alarm_id }));
    const unreadable = (event_id: unknown, error: unknown) =>
      interrupted('row of the history', { event_id, error });
    return undeliveredRows(client, { table, schema: OutboxRow, unreadable }, asked);
  };

  /**
   * The rows that were written before the moment and are not delivered, read consistently, oldest
   * first: at most `most` of each shard of the index. A row that cannot be read is logged and left
   * out.
   */
  const undelivered = async (writtenBefore: string, most: number): Promise<OutboxRow[]> => {
    const keys = await inParallel(allShards, 4, async (shard): Promise<RowKey[]> => {
      const query = {
        TableName: table,
        IndexName: 'undelivered',
        KeyConditionExpression: 'undelivered_shard = :shard AND written_at < :before',
        ExpressionAttributeValues: { ':shard': shard, ':before': writtenBefore },
        Limit: most,
      };
      for await (const page of queryPages(client, query)) {
        return page.map(({ event_id, alarm_id }) => ({
          event_id: String(event_id),
          alarm_id: String(alarm_id),
        }));
      }
      return [];
    });
    const rows = await undeliveredOf(keys.flat());
    return rows.sort((a, b) => (a.written_at < b.written_at ? -1 : 1));
  };

  return { markDelivered, undelivered, undeliveredOf };
};
