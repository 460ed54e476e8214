/** Queries of the indexes of the table `instances`. An index may lag behind the table. */
import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import type { ServerRange } from '../../domain/servers/server-listing.ts';
import { growingPages, queryPages } from '../dynamodb.ts';

/** The most keys on a page. */
const longestPage = 1000;

/** One list of an index: the rows whose `key` has the value. */
export type IndexKey = { readonly index: string; readonly key: string; readonly value: string };

/** Uuids in a list, in any order, a page at a time. */
export async function* uuidPages(
  client: DynamoDBDocumentClient,
  table: string,
  { index, key, value }: IndexKey,
): AsyncGenerator<string[]> {
  const query = {
    TableName: table,
    IndexName: index,
    KeyConditionExpression: '#key = :value',
    ExpressionAttributeNames: { '#key': key },
    ExpressionAttributeValues: { ':value': value },
  };
  for await (const page of queryPages(client, query)) yield page.map(({ uuid }) => String(uuid));
}

/** Sort keys (`placeOfServer`) in a range of a list, in its order, a page at a time. */
export async function* placePages(
  client: DynamoDBDocumentClient,
  table: string,
  { index, key, value }: IndexKey,
  { after, first, oldestFirst }: ServerRange,
): AsyncGenerator<string[]> {
  const range = after === undefined ? '' : ` AND sort_key ${oldestFirst ? '>' : '<'} :after`;
  const query = {
    TableName: table,
    IndexName: index,
    KeyConditionExpression: `#key = :value${range}`,
    ExpressionAttributeNames: { '#key': key },
    ExpressionAttributeValues: {
      ':value': value,
      ...(after === undefined ? {} : { ':after': after }),
    },
    ScanIndexForward: oldestFirst,
  };
  for await (const page of growingPages(client, query, { first, longest: longestPage })) {
    yield page.map(({ sort_key }) => String(sort_key));
  }
}

/** How many rows a list has. */
export async function countOf(
  client: DynamoDBDocumentClient,
  table: string,
  { index, key, value }: IndexKey,
): Promise<number> {
  const query = {
    TableName: table,
    IndexName: index,
    KeyConditionExpression: '#key = :value',
    ExpressionAttributeNames: { '#key': key },
    ExpressionAttributeValues: { ':value': value },
    Select: 'COUNT',
  } as const;
  let count = 0;
  for await (const page of paginateQuery({ client }, query)) count += page.Count ?? 0;
  return count;
}
