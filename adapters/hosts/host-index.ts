/** Queries of the indexes of the table `hosts`. An index may lag behind the table. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { queryPages } from '../dynamodb.ts';

/** An index by an id of a host, and the id. */
export type IdKey = {
  readonly index: string;
  readonly key: string;
  readonly value: string | number;
};

/** The name of the host that has an id; undefined if there is none. */
export async function nameBy(
  client: DynamoDBDocumentClient,
  table: string,
  { index, key, value }: IdKey,
): Promise<string | undefined> {
  const query = {
    TableName: table,
    IndexName: index,
    KeyConditionExpression: '#key = :id',
    ExpressionAttributeNames: { '#key': key },
    ExpressionAttributeValues: { ':id': value },
  };
  for await (const [row] of queryPages(client, query)) if (row) return String(row.host);
  return undefined;
}
