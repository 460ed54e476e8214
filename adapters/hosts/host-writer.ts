/** Writes the table `hosts`. */

import {
  ConditionalCheckFailedException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isHeldSilent } from '../../domain/conditions/silence.ts';
import { Host } from '../../domain/hosts/host.ts';
import type { SeenUp } from '../../flows/note-heartbeat.ts';
import { ifUnchanged, writeAll } from '../dynamodb.ts';
import { transactPatiently } from '../transactions.ts';
import { unchangedHost } from './host-conditions.ts';
import { counterKey, type HostTables, spelled, streamedHost } from './host-rows.ts';
import { listHeartbeat, listHeartbeats, rosterWrites } from './roster.ts';

/** What a heartbeat reads of the row that it writes. */
const Holders = Host.pick({ held_by: true });

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
   * Sets only `last_seen_up` and `written_by`, and then the time in the list; a newer time stays. `heard again`
   * if missed heartbeats hold the host down, `unknown` if there is no such host, `overtaken` if its row is in a
   * transaction of another writer.
   */
  seenUp: async (name: string, at: string): Promise<SeenUp> => {
    let silent: boolean;
    try {
      const { Attributes: row } = await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { host: name },
          UpdateExpression: 'SET last_seen_up = :at, written_by = :us',
          ConditionExpression: 'deleted = :no AND NOT last_seen_up > :at',
          ExpressionAttributeValues: { ':at': at, ':us': 'heartbeat', ':no': false },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      silent = isHeldSilent(Holders.parse(row));
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        return error.Item?.deleted?.BOOL === false ? 'noted' : 'unknown';
      }
      if (error instanceof TransactionConflictException) return 'overtaken';
      throw error;
    }
    if (!(await listHeartbeat(client, roster, { host: name, at }))) return 'overtaken';
    return silent ? 'heard again' : 'noted';
  },

  /**
   * Sets the same of many hosts, 25 in a request, and then their times in the list.
   * @returns the names that were not written: they are not registered with this spelling, have no heartbeat
   * yet or a newer one, are forced down, or their row is in a transaction.
   */
  seenUpTogether: async (names: readonly string[], at: string): Promise<readonly string[]> => {
    const failed = await writeAll(
      client,
      names.map((name) => ({
        Statement: `UPDATE "${table}" SET "last_seen_up" = ? SET "written_by" = ? WHERE "host" = ? AND "deleted" = ? AND "forced_down" = ? AND "last_seen_up" < ?`,
        Parameters: [at, 'heartbeat', name, false, false, at],
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
