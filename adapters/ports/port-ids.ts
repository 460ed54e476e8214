/** Ids of ports, from the indexes of the table `ports`. */

import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { hostKey } from '../../domain/hosts/host-name.ts';
import type { PortIndex, PortIndexReading } from '../../domain/ports/port-index.ts';
import { queryPages } from '../dynamodb.ts';
import { projectKey } from './port-rows.ts';

/** Keys read from an index at once. */
const keysAtOnce = 1_000;

const keys = {
  listing: { key: 'live', sort: 'id' },
  byProject: { key: 'in_project', sort: 'id' },
  byHost: { key: 'on_host', sort: 'id' },
  byDevice: { key: 'on_device', sort: 'in_order' },
  byName: { key: 'named', sort: 'in_order' },
} as const;

/** The ids of ports in an index, a page at a time. */
export async function* idPages(
  client: DynamoDBDocumentClient,
  table: string,
  among: PortIndex,
  { after, reverse = false, atOnce = keysAtOnce }: PortIndexReading,
): AsyncGenerator<string[]> {
  const { key, sort } = keys[among.index];
  const project = 'project_id' in among ? among.project_id : undefined;
  const bound =
    project !== undefined
      ? { expression: ' AND begins_with(#sort, :bound)', value: projectKey(project) }
      : after !== undefined
        ? { expression: ` AND #sort ${reverse ? '<' : '>'} :bound`, value: after }
        : undefined;
  const asked = 'value' in among ? among.value : 'port';
  const value = among.index === 'byHost' ? hostKey(asked) : asked;
  const query = {
    TableName: table,
    IndexName: among.index,
    KeyConditionExpression: `#key = :value${bound?.expression ?? ''}`,
    ExpressionAttributeNames: { '#key': key, ...(bound && { '#sort': sort }) },
    ExpressionAttributeValues: {
      ':value': among.index === 'byProject' ? `project#${value}` : value,
      ...(bound && { ':bound': bound.value }),
    },
    ScanIndexForward: !reverse,
    Limit: atOnce,
  };
  for await (const page of queryPages(client, query)) yield page.map(({ id }) => String(id));
}
