/**
 * Rows of the table `hosts` with what Doctor last wrote to Nova. They are rows of their own, because a
 * host's row is written as a whole, by writers that do not read this.
 */
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  type AppliedFlag,
  AppliedService,
  unansweredField,
} from '../../domain/cloud/applied-service.ts';
import { hostKey } from '../../domain/hosts/host-name.ts';
import { getAll } from '../dynamodb.ts';

/** The key of a host's row; no host can have this name. */
const keyOf = (host: string) => ({ host: `#cloud#${hostKey(host)}` });

export const appliedServices = (client: DynamoDBDocumentClient, table: string) => ({
  /** Records what Doctor writes to Nova, or has written. */
  noteApplied: async (host: string, { forced_down, done, at }: AppliedFlag): Promise<void> => {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: keyOf(host),
        UpdateExpression: 'SET forced_down = :down, done = :done, #at = :at',
        ExpressionAttributeNames: { '#at': 'at' },
        ExpressionAttributeValues: { ':down': forced_down, ':done': done, ':at': at },
      }),
    );
  },

  /**
   * Records that Nova did not answer a request for a value. What else the row says stays, because two
   * processes may work on a host.
   */
  noteUnanswered: async (host: string, forced_down: boolean, at: string): Promise<void> => {
    await client.send(
      new UpdateCommand({
        TableName: table,
        Key: keyOf(host),
        UpdateExpression: 'SET #field = :at',
        ExpressionAttributeNames: { '#field': unansweredField(forced_down) },
        ExpressionAttributeValues: { ':at': at },
      }),
    );
  },

  /** What Doctor last wrote, read consistently; undefined if it never wrote the flag of the host. */
  appliedService: async (host: string): Promise<AppliedService | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: table, Key: keyOf(host), ConsistentRead: true }),
    );
    return Item && AppliedService.parse(Item);
  },

  /** What Doctor last wrote, by host, read consistently; hosts whose flag it never wrote are left out. */
  appliedServices: async (
    hosts: readonly string[],
  ): Promise<ReadonlyMap<string, AppliedService>> => {
    const byKey = new Map(hosts.map((host) => [keyOf(host).host, host]));
    const rows = await getAll(
      client,
      table,
      [...byKey.keys()].map((host) => ({ host })),
    );
    return new Map(
      rows.map((row) => [byKey.get(String(row.host)) ?? '', AppliedService.parse(row)]),
    );
  },
});
