/** The rows of the table `timers` that ticks remember: one partition, which a tick reads at once. */
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Moment } from '../../domain/time.ts';
import { Clock } from '../../domain/timers/ticks.ts';
import { queryPages, type Row } from '../dynamodb.ts';

/** The partition; no timer is in it. */
const slot = '#clock';
const clockPlace = 'clock';

const NextLook = z.object({ place: z.string(), next: Moment, deaf_at: Moment.optional() });

/**
 * The next look at the hosts of a part of the list, and the last one that found that no heartbeat
 * reached Doctor.
 */
type Look = { readonly next: string; readonly deafAt: string | undefined };

/** What a tick reads. */
export type Remembered = {
  /** Undefined before the first tick. */
  readonly clock: Clock | undefined;
  /** By the names of the parts of the list. */
  readonly looks: ReadonlyMap<string, Look>;
};

/** Reads and writes what ticks remember. */
export const clockStore = (client: DynamoDBDocumentClient, table: string) => ({
  /** Read consistently. */
  remembered: async (): Promise<Remembered> => {
    const rows: Row[] = [];
    const query = {
      TableName: table,
      KeyConditionExpression: 'slot = :slot',
      ExpressionAttributeValues: { ':slot': slot },
      ConsistentRead: true,
    };
    for await (const page of queryPages(client, query)) rows.push(...page);
    const clock = rows.find(({ place }) => place === clockPlace);
    const looks = rows.filter((row) => row !== clock).map((row) => NextLook.parse(row));
    return {
      clock: clock && Clock.parse(clock),
      looks: new Map(looks.map(({ place, next, deaf_at }) => [place, { next, deafAt: deaf_at }])),
    };
  },

  saveClock: async (clock: Clock): Promise<void> => {
    await client.send(
      new PutCommand({ TableName: table, Item: { slot, place: clockPlace, ...clock } }),
    );
  },

  saveNextLook: async (shard: string, next: string, deafAt?: string): Promise<void> => {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: { slot, place: shard },
        UpdateExpression: `SET #next = :next${deafAt === undefined ? '' : ', deaf_at = :deaf'}`,
        ExpressionAttributeNames: { '#next': 'next' },
        ExpressionAttributeValues: {
          ':next': next,
          ...(deafAt !== undefined && { ':deaf': deafAt }),
        },
      }),
    );
  },
});
