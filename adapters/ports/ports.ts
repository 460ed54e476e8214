/** The table `ports`: ports, and the reports on the data plane of a host's ports. */

import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { hostKey, isSameHost } from '../../domain/hosts/host-name.ts';
import { HostDataPlane } from '../../domain/ports/host-data-plane.ts';
import { Port } from '../../domain/ports/port.ts';
import type { PortIndex, PortIndexReading } from '../../domain/ports/port-index.ts';
import { slices } from '../../domain/slices.ts';
import type { PortRowChange } from '../../flows/apply-data-plane.ts';
import type { LeftHost } from '../../flows/change-port.ts';
import { getAll, ifUnchanged, queryPages } from '../dynamodb.ts';
import { inParallel } from '../in-parallel.ts';
import { transact, transactGroups } from '../transactions.ts';
import { macStore } from './macs.ts';
import {
  indexed,
  insertion,
  macFreed,
  macTaken,
  type PortTables,
  planeKey,
  planeUnchanged,
  projectKey,
  replacement,
  unchanged,
} from './port-rows.ts';

/** DynamoDB's limit for one transaction. */
const mostActions = 100;
/** Ports changed in one request. Each change is a transaction of its own. */
const perTransaction = 25;
/** Keys read from an index at once. */
const keysAtOnce = 1_000;

/**
 * Whether ports were created; if not, whether the id or the MAC address of the port at `position` of
 * the list is taken; `busy` if another transaction was writing the rows.
 */
export type Inserted =
  | 'inserted'
  | 'busy'
  | { readonly taken: 'id' | 'mac'; readonly position: number };

export const portReader = (client: DynamoDBDocumentClient, table: string) => ({
  /** The row of an id, read consistently; it may be a tombstone. */
  port: async (id: string): Promise<Port | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }),
    );
    return row && Port.parse(row);
  },

  /** The rows of the ids, with tombstones, read consistently, in any order; unknown ids are left out. */
  ports: async (ids: readonly string[]): Promise<Port[]> => {
    const rows = await getAll(
      client,
      table,
      ids.map((id) => ({ id })),
    );
    return rows.map((row) => Port.parse(row));
  },

  /** The reports on a host's ports, read consistently; undefined without any. */
  dataPlane: async (host: string): Promise<HostDataPlane | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: planeKey(host), ConsistentRead: true }),
    );
    return row && HostDataPlane.parse(row);
  },

  /** The same for several hosts, in the given spelling; hosts without a report are left out. */
  dataPlanes: async (hosts: readonly string[]): Promise<HostDataPlane[]> => {
    const rows = await getAll(client, table, [...new Set(hosts.map(hostKey))].map(planeKey));
    const planes = rows.map((row) => HostDataPlane.parse(row));
    return hosts.flatMap((host) => {
      const plane = planes.find((each) => isSameHost(each.host, host));
      return plane ? [{ ...plane, host }] : [];
    });
  },

  /** The ids in an index, in pages. Within a project they are in order. */
  portIds: (among: PortIndex, walk: PortIndexReading = {}): AsyncGenerator<string[]> =>
    idPages(client, table, among, walk),
});

const keys = {
  listing: { key: 'live', sort: 'id' },
  byProject: { key: 'in_project', sort: 'id' },
  byHost: { key: 'on_host', sort: 'id' },
  byDevice: { key: 'on_device', sort: 'in_order' },
  byName: { key: 'named', sort: 'in_order' },
} as const;

async function* idPages(
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
  };
};

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
