/** Writes the table `hosts`. */

import {
  ConditionalCheckFailedException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Host } from '../../domain/hosts/host.ts';
import { ifUnchanged, writeAll } from '../dynamodb.ts';
import { transactPatiently } from '../transactions.ts';
import { unchangedHost } from './host-conditions.ts';
import { counterKey, type HostTables, spelled, streamedHost } from './host-rows.ts';
import { listHeartbeat, listHeartbeats, rosterWrites } from './roster.ts';

/** Writes hosts. */
export const hostWriter = (
  client: DynamoDBDocumentClient,
  { hosts: table, roster }: HostTables,
) => ({
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
   * Sets only `last_seen_up` and `written_by`, and then the time in the list; a newer time stays. `unknown`
   * if there is no such host, `overtaken` if its row is in a transaction of another writer.
   */
  seenUp: async (name: string, at: string): Promise<'noted' | 'unknown' | 'overtaken'> => {
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { host: name },
          UpdateExpression: 'SET last_seen_up = :at, written_by = :us',
          ConditionExpression: 'deleted = :no AND NOT last_seen_up > :at',
          ExpressionAttributeValues: { ':at': at, ':us': 'heartbeat', ':no': false },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return error.Item?.deleted?.BOOL === false ? 'noted' : 'unknown';
      }
      if (error instanceof TransactionConflictException) return 'overtaken';
      throw error;
    }
    return (await listHeartbeat(client, roster, { host: name, at })) ? 'noted' : 'overtaken';
  },

  /**
   * Sets the same of many hosts, 25 in a request, and then their times in the list.
   * @returns the names that were not written: they are not registered with this spelling, have no heartbeat
   * yet or a newer one, or their row is in a transaction.
   */
  seenUpTogether: async (names: readonly string[], at: string): Promise<readonly string[]> => {
    const failed = await writeAll(
      client,
      names.map((name) => ({
        Statement: `UPDATE "${table}" SET "last_seen_up" = ? SET "written_by" = ? WHERE "host" = ? AND "deleted" = ? AND "last_seen_up" < ?`,
        Parameters: [at, 'heartbeat', name, false, at],
      })),
    );
    const left = new Set(failed.flatMap((place) => names[place] ?? []));
    const written = names.filter((name) => !left.has(name));
    return [...left, ...(await listHeartbeats(client, roster, { hosts: written, at }))];
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
