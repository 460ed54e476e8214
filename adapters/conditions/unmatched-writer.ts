/**
 * Writes to the table `unmatched`: items of reports that matched nothing, and how many each source
 * had in an hour.
 */
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  hourOf,
  mostUnmatchedPerHour,
  placeOfUnmatched,
  type Unmatched,
  unmatchedSeconds,
} from '../../domain/conditions/unmatched.ts';
import { getAll } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';

/** The most items of one report that are looked at, and the most of them that are kept. */
const [mostLookedAt, mostAtOnce] = [200, 25];
/** How many items are written at once. */
const width = 5;

const expiryOf = (at: string): number => Math.floor(Date.parse(at) / 1_000) + unmatchedSeconds;

/** Writes items. */
export const unmatchedWriter = (client: DynamoDBDocumentClient, table: string) => ({
  /**
   * Keeps those items of one source that are not kept yet, as many as fit into its hour. A crash
   * before the items are written only costs places in that hour. @param items of one source and one
   * time, with different ids.
   */
  keepUnmatched: async (items: readonly Unmatched[]): Promise<void> => {
    const looked = items.slice(0, mostLookedAt);
    const keys = looked.map(({ unmatched_id }) => ({ unmatched_id }));
    const known = new Set(
      (await getAll(client, table, keys, ['unmatched_id'])).map((row) => row.unmatched_id),
    );
    const added = looked
      .filter(({ unmatched_id }) => !known.has(unmatched_id))
      .slice(0, mostAtOnce);
    const [first] = added;
    if (!first) return;
    const { Attributes } = await client.send(
      new UpdateCommand({
        TableName: table,
        Key: { unmatched_id: `#count#${first.source}#${hourOf(first.at)}` },
        UpdateExpression: 'SET expires_at = :expiry ADD places :more',
        ExpressionAttributeValues: { ':expiry': expiryOf(first.at), ':more': added.length },
        ReturnValues: 'UPDATED_OLD',
      }),
    );
    const taken = Number(Attributes?.places ?? 0);
    const kept = added.slice(0, Math.max(0, mostUnmatchedPerHour - taken));
    await inParallel(kept, width, (item) => {
      const row = {
        live: 'unmatched',
        sort_key: placeOfUnmatched(item),
        expires_at: expiryOf(item.at),
      };
      return client.send(new PutCommand({ TableName: table, Item: { ...item, ...row } }));
    });
  },
});
