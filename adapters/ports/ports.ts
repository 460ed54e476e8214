/** The table `ports`: ports, and the reports on the data plane of a host's ports. */
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Port } from '../../domain/ports/port.ts';
import type { LeftHost } from '../../flows/change-port.ts';
import { ifUnchanged } from '../dynamodb.ts';
import { transact, transactGroups } from '../transactions.ts';
import { macStore } from './macs.ts';
import { portReader } from './port-reader.ts';
import {
  indexed,
  insertion,
  macFreed,
  macTaken,
  type PortTables,
  planeUnchanged,
  replacement,
} from './port-rows.ts';
import { portSaves } from './port-saves.ts';

/** DynamoDB's limit for one transaction. */
const mostActions = 100;

/**
 * Whether ports were created; if not, whether the id or the MAC address of the port at `position` of
 * the list is taken; `busy` if another transaction was writing the rows.
 */
export type Inserted =
  | 'inserted'
  | 'busy'
  | { readonly taken: 'id' | 'mac'; readonly position: number };

export const portStore = (client: DynamoDBDocumentClient, tables: PortTables) => {
  const reader = portReader(client, tables.ports);
  const saves = portSaves(client, tables);
  return {
    ...reader,
    ...macStore(client, tables),

    /**
     * Creates all of the ports, or none. Ports that do not fit into one transaction take their MAC
     * addresses first. If the process dies in between, these addresses are free after a minute.
     */
    insertPorts: async (ports: readonly Port[]): Promise<Inserted> => {
      const macs = ports.map((port) => macTaken(tables, port));
      const rows = ports.map((port) => insertion(tables, port));
      if (macs.length + rows.length <= mostActions) {
        const outcome = await transact(client, [...macs, ...rows]);
        if (outcome === 'written') return 'inserted';
        if (outcome === 'conflict') return 'busy';
        return outcome < macs.length
          ? { taken: 'mac', position: outcome }
          : { taken: 'id', position: outcome - macs.length };
      }
      const held = await transact(client, macs);
      if (held === 'conflict') return 'busy';
      if (held !== 'written') return { taken: 'mac', position: held };
      const made = await transact(client, rows);
      if (made === 'written') return 'inserted';
      await transactGroups(client, [ports.map((port) => macFreed(tables, port))]);
      return made === 'conflict' ? 'busy' : { taken: 'id', position: made };
    },

    /** The same for any port: it also takes a new MAC address, and frees that of a deleted port. */
    savePort: async (
      from: Port,
      to: Port,
      left?: LeftHost,
    ): Promise<'saved' | 'overtaken' | 'mac in use'> => {
      if (to.mac_address === from.mac_address && !to.deleted) return saves.savePort(from, to, left);
      const asRead = [
        replacement(tables, from, to),
        ...(left ? [planeUnchanged(tables, left)] : []),
      ];
      const taken = to.deleted ? [] : [macTaken(tables, to)];
      const outcome = await transact(client, [...asRead, macFreed(tables, from), ...taken]);
      if (outcome === 'written') return 'saved';
      return outcome === 'conflict' || outcome < asRead.length ? 'overtaken' : 'mac in use';
    },

    /** Writes the tombstone of a port that has no row; false if there is one. */
    insertTombstone: (port: Port): Promise<boolean> =>
      ifUnchanged(
        client.send(
          new PutCommand({
            TableName: tables.ports,
            Item: indexed(port),
            ConditionExpression: 'attribute_not_exists(id)',
          }),
        ),
      ),
  };
};
