/** The table `ports`: ports, and what was reported of the data plane beneath a host's ports. */
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { HostDataPlane } from '../domain/host-data-plane.ts';
import { Port } from '../domain/port.ts';
import { slices } from '../domain/slices.ts';
import { getAll, ifUnchanged, inParallel, queryPages } from './dynamodb.ts';
import {
  indexed,
  insertion,
  macFreed,
  macKey,
  macTaken,
  type PortTables,
  planeKey,
  projectKey,
  replacement,
  unchanged,
} from './port-rows.ts';
import { type Action, transactGroups } from './transactions.ts';

/** DynamoDB's limit for one transaction. */
const mostActions = 100;
/** Ports changed in one request; each for itself all the same. */
const perTransaction = 25;
/** Keys read from an index at once. */
const keysAtOnce = 1_000;
/** A MAC address taken for a port that is not there is anyone's after so long: its taker is dead. */
const abandonedMs = 60_000;

type Change = { readonly from: Port; readonly to: Port };

/** Why ports could not be made: what the port at `position` of the list ran into. */
export type Inserted = 'inserted' | { readonly taken: 'id' | 'mac'; readonly position: number };

/** Where an index is read: the ports of a value, and of which project if the index orders by it. */
export type Among =
  | { readonly index: 'listing' }
  | { readonly index: 'byProject' | 'byHost'; readonly value: string }
  | {
      readonly index: 'byDevice' | 'byName';
      readonly value: string;
      readonly project_id: string | undefined;
    };

/** From which id on an index is read, which way, and how many keys at once. */
export type Walk = {
  readonly after?: string | undefined;
  readonly reverse?: boolean;
  readonly atOnce?: number;
};

export const portReader = (client: DynamoDBDocumentClient, table: string) => ({
  /** The row of an id, a tombstone too, read consistently. */
  port: async (id: string): Promise<Port | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: { id }, ConsistentRead: true }),
    );
    return row && Port.parse(row);
  },

  /** The rows of the ids, tombstones too, read consistently, in any order; unknown ones are left out. */
  ports: async (ids: readonly string[]): Promise<Port[]> => {
    const rows = await getAll(
      client,
      table,
      ids.map((id) => ({ id })),
    );
    return rows.map((row) => Port.parse(row));
  },

  /** What was reported of a host's ports, read consistently. */
  dataPlane: async (host: string): Promise<HostDataPlane | undefined> => {
    const { Item: row } = await client.send(
      new GetCommand({ TableName: table, Key: planeKey(host), ConsistentRead: true }),
    );
    return row && HostDataPlane.parse(row);
  },

  /** The same of several hosts; those of which nobody has reported are left out. */
  dataPlanes: async (hosts: readonly string[]): Promise<HostDataPlane[]> =>
    (await getAll(client, table, hosts.map(planeKey))).map((row) => HostDataPlane.parse(row)),

  /** Ids as an index shows them, in their order within a project; a page at a time. */
  portIds: (among: Among, walk: Walk = {}): AsyncGenerator<string[]> =>
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
  among: Among,
  { after, reverse = false, atOnce = keysAtOnce }: Walk,
): AsyncGenerator<string[]> {
  const { key, sort } = keys[among.index];
  const project = 'project_id' in among ? among.project_id : undefined;
  const bound =
    project !== undefined
      ? { expression: ' AND begins_with(#sort, :bound)', value: projectKey(project) }
      : after !== undefined
        ? { expression: ` AND #sort ${reverse ? '<' : '>'} :bound`, value: after }
        : undefined;
  const value = 'value' in among ? among.value : 'port';
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

const Taken = z.object({ port_id: z.string(), incarnation: z.string(), taken_at: z.string() });

export const portStore = (client: DynamoDBDocumentClient, tables: PortTables) => {
  const reader = portReader(client, tables.ports);
  /** The position of the first action whose condition did not hold; undefined if all were done. */
  const firstFailed = async (actions: readonly Action[]): Promise<number | undefined> =>
    (await transactGroups(client, [actions]))[0]?.[0];
  return {
    ...reader,

    /**
     * Makes all of the ports, or none. What does not fit one transaction takes the MAC addresses
     * first: whoever dies in between leaves them taken by nobody, for a minute.
     */
    insertPorts: async (ports: readonly Port[]): Promise<Inserted> => {
      const macs = ports.map((port) => macTaken(tables, port));
      const rows = ports.map((port) => insertion(tables, port));
      if (macs.length + rows.length <= mostActions) {
        const failed = await firstFailed([...macs, ...rows]);
        if (failed === undefined) return 'inserted';
        return failed < macs.length
          ? { taken: 'mac', position: failed }
          : { taken: 'id', position: failed - macs.length };
      }
      const held = await firstFailed(macs);
      if (held !== undefined) return { taken: 'mac', position: held };
      const known = await firstFailed(rows);
      if (known === undefined) return 'inserted';
      await transactGroups(client, [ports.map((port) => macFreed(tables, port))]);
      return { taken: 'id', position: known };
    },

    /** Frees the MAC address that the port wants, if it was taken for one that never came to be. */
    freeAbandonedMac: async (wanted: Port, now: string): Promise<boolean> => {
      const Key = macKey(wanted);
      const { Item: row } = await client.send(
        new GetCommand({ TableName: tables.networks, Key, ConsistentRead: true }),
      );
      if (!row) return true;
      const { port_id, incarnation, taken_at } = Taken.parse(row);
      if (Date.parse(now) - Date.parse(taken_at) < abandonedMs) return false;
      const holder = await reader.port(port_id);
      const holds = holder?.incarnation === incarnation && !holder.deleted;
      if (holds && holder.mac_address === wanted.mac_address) return false;
      return ifUnchanged(
        client.send(
          new DeleteCommand({
            TableName: tables.networks,
            Key,
            ConditionExpression: 'incarnation = :incarnation AND taken_at = :at',
            ExpressionAttributeValues: { ':incarnation': incarnation, ':at': taken_at },
          }),
        ),
      );
    },

    /** Writes a port that is still as it was read; a new MAC address is taken with it. */
    savePort: async (from: Port, to: Port): Promise<'saved' | 'overtaken' | 'mac in use'> => {
      if (to.mac_address === from.mac_address && !to.deleted) {
        const put = new PutCommand({
          TableName: tables.ports,
          Item: indexed(to),
          ...unchanged(from),
        });
        return (await ifUnchanged(client.send(put))) ? 'saved' : 'overtaken';
      }
      const taken = to.deleted ? [] : [macTaken(tables, to)];
      const failed = await firstFailed([
        replacement(tables, from, to),
        macFreed(tables, from),
        ...taken,
      ]);
      if (failed === undefined) return 'saved';
      return failed === 0 ? 'overtaken' : 'mac in use';
    },
  };
};

/** Writes that touch many ports, each for itself. */
export const portChanges = (client: DynamoDBDocumentClient, tables: Pick<PortTables, 'ports'>) => ({
  /** Gives the changes that somebody overtook. */
  changePorts: async (changes: readonly Change[]): Promise<Change[]> => {
    const overtaken = await inParallel(slices(changes, perTransaction), 4, async (slice) => {
      const puts = slice.map(({ from, to }) => [replacement(tables, from, to)]);
      const failed = await transactGroups(client, puts);
      return slice.filter((_, n) => (failed[n] ?? []).length > 0);
    });
    return overtaken.flat();
  },
});
