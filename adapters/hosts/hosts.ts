/** The table `hosts`. */
import {
  ConditionalCheckFailedException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { Host, type HostRange } from '../../domain/hosts/host.ts';
import { hostKey } from '../../domain/hosts/host-name.ts';
import type { ExpectedHost } from '../../flows/evacuate.ts';
import { getAll, ifUnchanged, type Row } from '../dynamodb.ts';
import { type Action, transactPatiently } from '../transactions.ts';
import { hostNames, nameBy } from './host-index.ts';

/** The row with the last service number; no host can have this name. */
const counterKey = { host: '#service-number' };

/**
 * The row with the registered spelling of a name, by its lower-case name; no host can have this
 * name.
 */
const spellingKey = (name: string) => ({ host: `#spelling#${hostKey(name)}` });

/** Reserves a name for this spelling, on the condition that no other spelling has it. */
const spelled = (TableName: string, { host: name }: Host): Action => ({
  Put: {
    TableName,
    Item: { ...spellingKey(name), spelling: name },
    ConditionExpression: 'attribute_not_exists(spelling) OR spelling = :name',
    ExpressionAttributeValues: { ':name': name },
  },
});

/**
 * The row with the fields that only indexes and the stream need. `listing` puts it into the list of hosts;
 * tombstones do not have it. By `written_by` the stream is filtered (`infra/reconciler.ts`): a
 * heartbeat invokes no function.
 */
export const indexedHost = (row: Host): Row => ({
  ...row,
  written_by: 'change',
  ...(row.deleted ? {} : { listing: 'host' }),
});

/**
 * The condition that a row is as it was read, or that there is still none. It includes `held_number`,
 * `reported_at` and `last_seen_up`, which change without a new revision and must never go back.
 */
export function unchangedHost(from: Host | undefined) {
  if (!from)
    return {
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': 'host' },
    };
  const { condition, values } = noHeartbeatSince(from);
  return {
    ConditionExpression: `${asRead} AND reported_at = :reported_at AND ${condition} AND ${heldAsRead(from)}`,
    ExpressionAttributeValues: {
      ...valuesOf(from),
      ...values,
      ':held_number': from.held_number,
      ':reported_at': from.reported_at,
    },
  };
}

/** The condition that what holds a host down has not changed since the host was read. */
const heldAsRead = ({ held_number }: Host): string =>
  held_number === 0
    ? '(attribute_not_exists(held_number) OR held_number = :held_number)'
    : 'held_number = :held_number';

const asRead = 'incarnation = :incarnation AND revision = :revision';
const valuesOf = ({ incarnation, revision }: Host) => ({
  ':incarnation': incarnation,
  ':revision': revision,
});

/** The condition that a host has sent no heartbeat since it was read. */
const noHeartbeatSince = ({ last_seen_up }: Host) => ({
  condition: last_seen_up === null ? 'attribute_type(last_seen_up, :seen)' : 'last_seen_up = :seen',
  values: { ':seen': last_seen_up ?? 'NULL' },
});

/** The condition that a host is as it was read, for a transaction that writes other rows. */
export function hostUnchanged(TableName: string, { host, noHeartbeat }: ExpectedHost): Action {
  const quiet = noHeartbeat ? noHeartbeatSince(host) : undefined;
  return {
    ConditionCheck: {
      TableName,
      Key: { host: host.host },
      ConditionExpression: quiet ? `${asRead} AND ${quiet.condition}` : asRead,
      ExpressionAttributeValues: { ...valuesOf(host), ...quiet?.values },
    },
  };
}

/** Reads single hosts. */
export const hostReader = (client: DynamoDBDocumentClient, table: string) => {
  const read = async (Key: { readonly host: string }): Promise<Row | undefined> =>
    (await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  return {
    /**
     * The row of a name in any spelling, tombstones included, read consistently. The registered spelling
     * costs one read, any other spelling three.
     */
    host: async (name: string): Promise<Host | undefined> => {
      const row = await read({ host: name });
      if (row) return Host.parse(row);
      // Rows written before spellings were recorded are found only if their name is in lower case.
      const { spelling = hostKey(name) } = (await read(spellingKey(name))) ?? {};
      const other = spelling === name ? undefined : await read({ host: String(spelling) });
      return other && Host.parse(other);
    },
  };
};

/** Finds names of hosts. */
const hostLookup = (client: DynamoDBDocumentClient, table: string) => ({
  /** Names of registered hosts in order, as the index shows them. */
  hostNames: (range?: HostRange): Promise<string[]> => hostNames(client, table, range),

  /** The name of the host whose nova-compute service has the id, as the index shows it. */
  hostOfService: (service_id: string): Promise<string | undefined> =>
    nameBy(client, table, { index: 'byService', key: 'service_id', value: service_id }),
  /** The same, by the id of the service before microversion 2.53. */
  hostOfNumber: (service_number: number): Promise<string | undefined> =>
    nameBy(client, table, { index: 'byNumber', key: 'service_number', value: service_number }),
  /** The same, by the id of its hypervisor. */
  hostOfHypervisor: (hypervisor_id: string): Promise<string | undefined> =>
    nameBy(client, table, { index: 'byHypervisor', key: 'hypervisor_id', value: hypervisor_id }),
});

/** Reads and writes hosts. */
export const hostStore = (client: DynamoDBDocumentClient, table: string) => ({
  ...hostReader(client, table),
  ...hostLookup(client, table),
  ...hostWriter(client, table),

  /**
   * The rows of the names, tombstones included, read consistently, in any order; unknown names are
   * left out.
   */
  hosts: async (names: readonly string[]): Promise<Host[]> => {
    const rows = await getAll(
      client,
      table,
      names.map((host) => ({ host })),
    );
    return rows.map((row) => Host.parse(row));
  },

  /** Every registered host, by name. */
  allHosts: async (): Promise<Host[]> => {
    const names = await hostNames(client, table);
    const rows = await getAll(
      client,
      table,
      names.map((host) => ({ host })),
    );
    const hosts = rows.map((row) => Host.parse(row)).filter((host) => !host.deleted);
    return hosts.sort((a, b) => (a.host < b.host ? -1 : 1));
  },
});

/** Writes hosts. */
const hostWriter = (client: DynamoDBDocumentClient, table: string) => ({
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
   * Sets only `last_seen_up` and `written_by`. `unknown` if there is no such host, `overtaken` if its
   * row is in a transaction of another writer.
   */
  seenUp: async (name: string, at: string): Promise<'noted' | 'unknown' | 'overtaken'> => {
    try {
      await client.send(
        new UpdateCommand({
          TableName: table,
          Key: { host: name },
          UpdateExpression: 'SET last_seen_up = :at, written_by = :us',
          ConditionExpression: 'deleted = :no',
          ExpressionAttributeValues: { ':at': at, ':us': 'heartbeat', ':no': false },
        }),
      );
      return 'noted';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'unknown';
      if (error instanceof TransactionConflictException) return 'overtaken';
      throw error;
    }
  },

  /**
   * Writes a host. False, and nothing written, if it is not as it was read or if another spelling of its
   * name is registered.
   */
  saveHost: (from: Host | undefined, to: Host): Promise<boolean> => {
    const put = { TableName: table, Item: indexedHost(to), ...unchangedHost(from) };
    if (from && !from.deleted) return ifUnchanged(client.send(new PutCommand(put)));
    return transactPatiently(client, [{ Put: put }, spelled(table, to)]);
  },
});
