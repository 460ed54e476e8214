/** The rows of the table `history` whose notification a silence holds back. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { SilencedAlarm } from '../../domain/alarms/end-silence.ts';
import { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import { heldShard, releasedShard } from '../../domain/alarms/outbox-shards.ts';
import type { EventsOut } from '../../flows/events-out.ts';
import { getAll, queryPages, writeAll } from '../dynamodb.ts';
import { type Action, transactGroups } from '../transactions.ts';
import { kinds } from './alarm-rows.ts';
import { expiryOf } from './history-rows.ts';

type Settings = Pick<EventsOut, 'interrupted'> & {
  readonly tables: { readonly alarms: string; readonly history: string };
  readonly retentionDays: number;
};

/** The key of a row of the history. */
type RowKey = Pick<OutboxRow, 'event_id' | 'alarm_id'>;

const keyOf = ({ event_id, alarm_id }: RowKey) => ({ event_id, alarm_id });

/** A write of a row, on condition that the silence still holds it. */
const updateOf = (
  table: string,
  row: RowKey,
  {
    held,
    expression,
    values,
  }: { held: string; expression: string; values: Record<string, unknown> },
): Action => ({
  Update: {
    TableName: table,
    Key: keyOf(row),
    ConditionExpression: 'undelivered_shard = :held',
    UpdateExpression: expression,
    ExpressionAttributeValues: { ':held': held, ...values },
  },
});

/** The store of held rows. Every write is on condition that the silence still holds the row. */
export const heldStore = (client: DynamoDBDocumentClient, settings: Settings) => ({
  ...readingOf(client, settings),
  ...releasingOf(client, settings),

  /** Lets another silence hold the rows, in one transaction. Changes nothing if one is no longer held. */
  move: async (silence_id: string, rows: readonly RowKey[], to: string): Promise<void> => {
    const held = heldShard(silence_id);
    const [expression, values] = ['SET undelivered_shard = :other', { ':other': heldShard(to) }];
    await transactGroups(client, [
      rows.map((row) => updateOf(settings.tables.history, row, { held, expression, values })),
    ]);
  },
});

/** The reads of the store. */
const readingOf = (
  client: DynamoDBDocumentClient,
  { tables: { alarms, history }, interrupted }: Settings,
) => ({
  /**
   * Alarms of any type, read consistently, in any order; unknown ones, and those that cannot be
   * read, are left out.
   */
  silencedAlarms: async (ids: readonly string[]): Promise<SilencedAlarm[]> => {
    const keys = ids.map((alarm_id) => ({ alarm_id, kind: kinds.alarm }));
    return (await getAll(client, alarms, keys)).flatMap((row) => {
      const { data, error } = SilencedAlarm.safeParse(row);
      if (error) interrupted('alarm that a silence held', { alarm_id: row.alarm_id, error });
      return data ?? [];
    });
  },

  /** The keys of all rows that a silence holds, as the index shows them, the oldest first, in pages. */
  heldKeys: async function* (silence_id: string): AsyncGenerator<RowKey[]> {
    const pages = queryPages(client, {
      TableName: history,
      IndexName: 'undelivered',
      KeyConditionExpression: 'undelivered_shard = :held',
      ExpressionAttributeValues: { ':held': heldShard(silence_id) },
    });
    for await (const page of pages) {
      yield page.map(({ event_id, alarm_id }) => ({
        event_id: String(event_id),
        alarm_id: String(alarm_id),
      }));
    }
  },

  /** The rows of the keys that the silence still holds, read consistently, in any order. */
  held: async (silence_id: string, keys: readonly RowKey[]): Promise<OutboxRow[]> => {
    const rows = await getAll(client, history, keys.map(keyOf));
    return rows
      .filter((row) => row.undelivered_shard === heldShard(silence_id))
      .flatMap((row) => {
        const { data, error } = OutboxRow.safeParse(row);
        if (error) interrupted('held row of the history', { event_id: row.event_id, error });
        return data ?? [];
      });
  },
});

/** What is released: a row, while the other rows of its alarm are dropped. */
type Release = {
  readonly row: OutboxRow;
  readonly others: readonly RowKey[];
  /** As it was read when this was decided. */
  readonly alarm: SilencedAlarm;
};

/** The ends of holds. */
const releasingOf = (
  client: DynamoDBDocumentClient,
  { tables: { alarms, history }, retentionDays }: Settings,
) => ({
  /** Drops rows; those that the silence no longer holds stay as they are. */
  drop: async (silence_id: string, keys: readonly RowKey[], now: string): Promise<void> => {
    const expires_at = expiryOf(now, retentionDays);
    await writeAll(
      client,
      keys.map(({ event_id, alarm_id }) => ({
        Statement: `UPDATE "${history}" SET "expires_at" = ? REMOVE "undelivered_shard" REMOVE "held_host" WHERE "event_id" = ? AND "alarm_id" = ? AND "undelivered_shard" = ?`,
        Parameters: [expires_at, event_id, alarm_id, heldShard(silence_id)],
      })),
    );
  },

  /**
   * Releases one row and drops the others, in one transaction, on condition that the alarm is as it
   * was read. Of the released row, the mark `grouped` is written too.
   * @returns the row as it is to be sent; undefined if something changed: nothing was written then.
   */
  release: async (
    silence_id: string,
    { row, others, alarm }: Release,
    now: string,
  ): Promise<OutboxRow | undefined> => {
    const [held, shard] = [heldShard(silence_id), releasedShard(row)];
    const released = {
      expression: `REMOVE held_host SET undelivered_shard = :shard, written_at = :now${row.grouped ? ', grouped = :grouped' : ''}`,
      values: { ':shard': shard, ':now': now, ...(row.grouped && { ':grouped': true }) },
    };
    const dropped = {
      expression: 'REMOVE undelivered_shard, held_host SET expires_at = :expiry',
      values: { ':expiry': expiryOf(now, retentionDays) },
    };
    const asRead: Action = {
      ConditionCheck: {
        TableName: alarms,
        Key: { alarm_id: alarm.alarm_id, kind: kinds.alarm },
        ConditionExpression: 'revision = :read',
        ExpressionAttributeValues: { ':read': alarm.revision },
      },
    };
    const [refused = []] = await transactGroups(client, [
      [
        asRead,
        updateOf(history, row, { held, ...released }),
        ...others.map((each) => updateOf(history, each, { held, ...dropped })),
      ],
    ]);
    return refused.length > 0 ? undefined : { ...row, undelivered_shard: shard, written_at: now };
  },
});
