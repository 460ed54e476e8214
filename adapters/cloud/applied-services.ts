/**
 * Rows of the table `hosts` with what Doctor last wrote to Nova. They are rows of their own, because a
 * host's row is written as a whole, by writers that do not read this.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { AppliedService } from '../../domain/cloud/applied-service.ts';
import { hostKey } from '../../domain/hosts/host-name.ts';
import { getAll } from '../dynamodb.ts';

/** The key of a host's row; no host can have this name. */
const keyOf = (host: string) => ({ host: `#cloud#${hostKey(host)}` });

export const appliedServices = (client: DynamoDBDocumentClient, table: string) => ({
  /** Records what Doctor writes to Nova, or has written. */
  noteApplied: async (host: string, applied: AppliedService): Promise<void> => {
    await client.send(new PutCommand({ TableName: table, Item: { ...keyOf(host), ...applied } }));
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
