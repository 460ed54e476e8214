/** Reads items of reports that matched nothing from the table `unmatched`. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Unmatched } from '../../domain/conditions/unmatched.ts';
import { getAll, growingPages } from '../dynamodb.ts';

/** The most items that are read at once. */
const longest = 100;

/** Reads items. */
export const unmatchedReader = (client: DynamoDBDocumentClient, table: string) => ({
  /** Items, the newest page first, in any order within a page; those of one source, or of all. */
  unmatchedPages: async function* (
    {
      source,
      from,
      to,
    }: { readonly source?: string | undefined; readonly from: string; readonly to: string },
    first: number,
  ): AsyncGenerator<Unmatched[]> {
    const query = {
      TableName: table,
      IndexName: source === undefined ? 'byTime' : 'bySource',
      KeyConditionExpression: '#key = :value AND sort_key BETWEEN :from AND :to',
      ExpressionAttributeNames: { '#key': source === undefined ? 'live' : 'source' },
      ExpressionAttributeValues: { ':value': source ?? 'unmatched', ':from': from, ':to': to },
      ScanIndexForward: false,
    };
    for await (const page of growingPages(client, query, { first, longest })) {
      const ids = page.map(({ unmatched_id }) => ({ unmatched_id: String(unmatched_id) }));
      yield (await getAll(client, table, ids)).map((row) => Unmatched.parse(row));
    }
  },
});
