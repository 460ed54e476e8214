/** Queries of the indexes of the table `instances`. An index may lag behind the table. */
import { type DynamoDBDocumentClient, paginateQuery } from '@aws-sdk/lib-dynamodb';
import { Instance } from '../../domain/servers/instance.ts';
import type { ServerRange } from '../../domain/servers/server-listing.ts';
import { growingPages, queryPages } from '../dynamodb.ts';

/** The most keys on a page of which no length is requested. */
const usualLongest = 1000;

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

/** The rows of the instances on a host, in any order, a page at a time. */
export async function* copyPages(
  client: DynamoDBDocumentClient,
  table: string,
  host: string,
): AsyncGenerator<Instance[]> {
  const query = {
    TableName: table,
    IndexName: 'rowsByHost',
    KeyConditionExpression: 'on_host = :host',
    ExpressionAttributeValues: { ':host': host },
  };
  for await (const page of queryPages(client, query)) {
    yield page.map((row) => Instance.parse(row));
  }
}

/** Sort keys (`indexedPlace`) in a range of a list, in its order, a page at a time. */
export async function* placePages(
  client: DynamoDBDocumentClient,
  table: string,
  { index, key, value }: IndexKey,
  { after, first, longest = usualLongest, oldestFirst }: ServerRange,
): AsyncGenerator<string[]> {
  const range = after === undefined ? '' : ` AND sort_key ${oldestFirst ? '>' : '<'} :after`;
  const query = {
    TableName: table,
    IndexName: index,
    KeyConditionExpression: `#key = :value${range}`,
    ExpressionAttributeNames: { '#key': key },
    ExpressionAttributeValues: {
      ':value': value,
      // `$` is the character after `#`: all keys of the server itself are before it.
      ...(after === undefined ? {} : { ':after': oldestFirst ? `${after}$` : after }),
    },
    ScanIndexForward: oldestFirst,
  };
  for await (const page of growingPages(client, query, { first, longest })) {
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

/**
 * The parts of the indexes by state and by change. A partition takes 1,000 writes a second, and a fault
 * writes all instances of a host at once, so one partition would be too slow.
 */
export const shards = ['0', '1', '2', '3'] as const;
/** The part of an instance. */
export const shardOf = (uuid: string): string =>
  String(Number.parseInt(uuid.slice(-4), 16) % shards.length);

/**
 * Keys (`<time>#<sort key>`) of the changes in one part of the index, from `since` to `before`, both
 * included, in order. Stops when there are more than `most`.
 */
export async function changedKeys(
  client: DynamoDBDocumentClient,
  table: string,
  part: {
    readonly shard: string;
    readonly since: string;
    readonly before: string;
    readonly most: number;
  },
): Promise<string[]> {
  const { shard, since, before, most } = part;
  const keys: string[] = [];
  const query = {
    TableName: table,
    IndexName: 'byChange',
    Limit: most + 1,
    KeyConditionExpression: 'changes = :shard AND changed_key BETWEEN :since AND :before',
    // `$` is the character after `#`, so that keys of the time `before` are included.
    ExpressionAttributeValues: { ':shard': shard, ':since': since, ':before': `${before}$` },
  };
  for await (const page of queryPages(client, query)) {
    keys.push(...page.map(({ changed_key }) => String(changed_key)));
    if (keys.length > most) break;
  }
  return keys;
}
