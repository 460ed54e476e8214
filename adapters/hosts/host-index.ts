/** Queries of the indexes of the table `hosts`. An index may lag behind the table. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { HostRange } from '../../domain/hosts/host.ts';
import { queryPages } from '../dynamodb.ts';

/** Names of registered hosts in a range, in order. */
export async function hostNames(
  client: DynamoDBDocumentClient,
  table: string,
  { after, most }: HostRange = {},
): Promise<string[]> {
  const query = {
    TableName: table,
    IndexName: 'listing',
    KeyConditionExpression: `listing = :all${after === undefined ? '' : ' AND #host > :after'}`,
    ExpressionAttributeValues: {
      ':all': 'host',
      ...(after === undefined ? {} : { ':after': after }),
    },
    ...(after === undefined ? {} : { ExpressionAttributeNames: { '#host': 'host' } }),
    ...(most === undefined ? {} : { Limit: most }),
  };
  const names: string[] = [];
  for await (const page of queryPages(client, query)) {
    names.push(...page.map(({ host }) => String(host)));
    if (most !== undefined && names.length >= most) break;
  }
  return names.slice(0, most);
}

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
