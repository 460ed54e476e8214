/** The table `activity`: what was sent, and what was waiting, in each minute of the last day. */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { MinuteCounts } from '../../domain/delivery/notification-minute.ts';
import { inParallel } from '../in-parallel.ts';
import { expiryAfter } from './changes.ts';

/** The scope of the counts of notifications. */
const sentScope = 'sent';
/** How long a minute is kept, in seconds. */
const minuteKeptSeconds = 86_400;
/** Minutes written at once: mostly there is one. */
const width = 4;

/** Counts notifications. */
export const sentCounts = (client: DynamoDBDocumentClient, table: string) => ({
  /** Adds to the counts of the minutes. Adding again counts again. */
  countSent: async (minutes: readonly MinuteCounts[]): Promise<void> => {
    await inParallel(minutes, width, ({ minute, counts }) => {
      const ranges = Object.entries(counts);
      return client.send(
        new UpdateCommand({
          TableName: table,
          Key: { scope: sentScope, place: minute },
          UpdateExpression: `SET expires_at = :expires ADD ${ranges
            .map((_, n) => `#range${n} :count${n}`)
            .join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(
            ranges.map(([range], n) => [`#range${n}`, `ms_${range}`]),
          ),
          ExpressionAttributeValues: {
            ':expires': expiryAfter(Date.parse(minute), minuteKeptSeconds),
            ...Object.fromEntries(ranges.map(([, count], n) => [`:count${n}`, count])),
          },
        }),
      );
    });
  },
});
