/** Writes ports that keep their MAC addresses. */

import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Port } from '../../domain/ports/port.ts';
import { slices } from '../../domain/slices.ts';
import type { PortRowChange } from '../../flows/apply-data-plane.ts';
import type { LeftHost } from '../../flows/change-port.ts';
import { ifUnchanged } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';
import { transact, transactGroups } from '../transactions.ts';
import { indexed, type PortTables, planeUnchanged, replacement, unchanged } from './port-rows.ts';

/** Ports changed in one request. Each change is a transaction of its own. */
const perTransaction = 25;

/** Writes one port, on the condition that it is as it was read. */
export const portSaves = (client: DynamoDBDocumentClient, tables: Pick<PortTables, 'ports'>) => ({
  /**
   * Writes a port that is as it was read, and that keeps its MAC address. A port that leaves a host is
   * written only if that host has no newer report than `left` says.
   */
  savePort: async (from: Port, to: Port, left?: LeftHost): Promise<'saved' | 'overtaken'> => {
    if (left) {
      const actions = [replacement(tables, from, to), planeUnchanged(tables, left)];
      return (await transact(client, actions)) === 'written' ? 'saved' : 'overtaken';
    }
    const put = new PutCommand({
      TableName: tables.ports,
      Item: indexed(to),
      ...unchanged(from),
    });
    return (await ifUnchanged(client.send(put))) ? 'saved' : 'overtaken';
  },
});

/** Writes of many ports, each on its own condition. */
export const portChanges = (client: DynamoDBDocumentClient, tables: Pick<PortTables, 'ports'>) => ({
  /** Returns the changes that were not written, because another writer was faster. */
  changePorts: async (changes: readonly PortRowChange[]): Promise<PortRowChange[]> => {
    const overtaken = await inParallel(slices(changes, perTransaction), 4, async (slice) => {
      const puts = slice.map(({ from, to }) => [replacement(tables, from, to)]);
      const failed = await transactGroups(client, puts);
      return slice.filter((_, n) => (failed[n] ?? []).length > 0);
    });
    return overtaken.flat();
  },
});
