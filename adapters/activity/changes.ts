/** The table `activity`: rows of the feed of changes, by scope and time. */
import { randomUUID } from 'node:crypto';
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import {
  type ChangeNote,
  ChangeRow,
  keptSeconds,
  mostRows,
  slowWriteMs,
} from '../../domain/activity/change-feed.ts';
import { momentOf } from '../../domain/time.ts';
import { inParallel } from '../in-parallel.ts';
import type { KeepRow } from './activity-rows.ts';

/** Rows written at once. */
const width = 8;
/** How often a row is written that takes long to be written. */
const mostWrites = 3;

/** When a row that is written at a time expires, in seconds since 1970. */
export const expiryAfter = (ms: number, seconds: number): number => Math.ceil(ms / 1_000) + seconds;

/** Writes the feed. @param clock milliseconds since 1970. */
export const changeNotes = (keep: KeepRow, clock: () => number = Date.now) => ({
  /** Writes a row for each note. Noting again makes pages read the same things again, and nothing else. */
  noteChanges: async (notes: readonly ChangeNote[]): Promise<void> => {
    await inParallel(notes, width, async ({ scope, changed }) => {
      // Readers look back only so far: a row that took longer would be missed by some of them.
      for (let writes = 0; writes < mostWrites; writes++) {
        const at = clock();
        await keep({
          scope,
          place: `${momentOf(at)}#${randomUUID().slice(0, 8)}`,
          changed,
          expires_at: expiryAfter(at, keptSeconds),
        });
        if (clock() - at <= slowWriteMs) return;
      }
    });
  },
});

/** Reads the feed. */
export const changeReader = (client: DynamoDBDocumentClient, table: string) => ({
  /** Rows of a scope from a moment on, oldest first, read consistently: one more than an answer shows. */
  changesFrom: async (scope: string, from: string): Promise<ChangeRow[]> => {
    const { Items: rows = [] } = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: '#scope = :scope AND place >= :from',
        ExpressionAttributeNames: { '#scope': 'scope' },
        ExpressionAttributeValues: { ':scope': scope, ':from': from },
        ConsistentRead: true,
        Limit: mostRows + 1,
      }),
    );
    return rows.map((row) => ChangeRow.parse(row));
  },
});
