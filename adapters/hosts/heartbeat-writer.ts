/** Writes heartbeats into the tables `hosts` and `roster`. */
import { type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { isHeldSilent } from '../../domain/conditions/missed-heartbeats.ts';
import { Host } from '../../domain/hosts/host.ts';
import type { SeenUp } from '../../flows/note-heartbeat.ts';
import { conditional } from '../conditional.ts';
import { writeAll } from '../dynamodb.ts';
import type { HostTables } from './host-rows.ts';
import { listHeartbeat, listHeartbeats } from './roster.ts';

/** What a heartbeat reads of the row that it writes. */
const Holders = Host.pick({ held_by: true });

/** Writes heartbeats. */
export const heartbeatWriter = (
  client: DynamoDBDocumentClient,
  { hosts: table, roster }: HostTables,
) => ({
  /**
   * Sets only `last_seen_up` and `written_by`, and then the time in the list; a newer time stays.
   * `heard again` if missed heartbeats hold the host down, `unknown` if there is no such host,
   * `overtaken` if its row is in a transaction of another writer.
   */
  seenUp: async (name: string, at: string): Promise<SeenUp> => {
    const outcome = await conditional(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { host: name },
          UpdateExpression: 'SET last_seen_up = :at, written_by = :us',
          ConditionExpression: 'deleted = :no AND NOT last_seen_up > :at',
          ExpressionAttributeValues: { ':at': at, ':us': 'heartbeat', ':no': false },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    );
    if (outcome.kind === 'conflict') return 'overtaken';
    if (outcome.kind === 'refused') return outcome.row.deleted === false ? 'noted' : 'unknown';
    if (!(await listHeartbeat(client, roster, { host: name, at }))) return 'overtaken';
    return isHeldSilent(Holders.parse(outcome.answer.Attributes)) ? 'heard again' : 'noted';
  },

  /**
   * Writes the row of a host that sends heartbeats again, without a change, so that the stream has
   * it. Does nothing if the host is gone. `overtaken` as above.
   */
  noteHeard: async (name: string): Promise<'noted' | 'overtaken'> => {
    const outcome = await conditional(
      client.send(
        new UpdateCommand({
          TableName: table,
          Key: { host: name },
          UpdateExpression: 'SET written_by = :us',
          ConditionExpression: 'deleted = :no',
          ExpressionAttributeValues: { ':us': 'change', ':no': false },
        }),
      ),
    );
    return outcome.kind === 'conflict' ? 'overtaken' : 'noted';
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
});
