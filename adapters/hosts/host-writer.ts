/** Writes the table `hosts`. */

import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Host } from '../../domain/hosts/host.ts';
import { ifUnchanged } from '../dynamodb.ts';
import { transactPatiently } from '../transactions.ts';
import { heartbeatWriter } from './heartbeat-writer.ts';
import { unchangedHost } from './host-conditions.ts';
import { counterKey, type HostTables, spelled, streamedHost } from './host-rows.ts';
import { rosterWrites } from './roster.ts';

/** Writes hosts. */
export const hostWriter = (
  client: DynamoDBDocumentClient,
  { hosts: table, roster }: HostTables,
) => ({
  ...heartbeatWriter(client, { hosts: table, roster }),

  /** A number that no service had before. */
  nextServiceNumber: async (): Promise<number> => {
    const { Attributes: row } = await client.send(
      new UpdateCommand({
        TableName: table,
        Key: counterKey,
        UpdateExpression: 'ADD last_number :one',
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return Number(row?.last_number);
  },

  /**
   * Writes a host. False, and nothing written, if it is not as it was read or if another spelling of its
   * name is registered.
   */
  saveHost: (from: Host | undefined, to: Host): Promise<boolean> => {
    const put = { TableName: table, Item: streamedHost(to), ...unchangedHost(from) };
    const listed = rosterWrites(roster, from, to);
    const exists = from && !from.deleted;
    if (exists && listed.length === 0) return ifUnchanged(client.send(new PutCommand(put)));
    const spelling = exists ? [] : [spelled(table, to)];
    return transactPatiently(client, [{ Put: put }, ...listed, ...spelling]);
  },
});
