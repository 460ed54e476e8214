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
import { Host } from '../../domain/hosts/host.ts';
import { hostKey } from '../../domain/hosts/host-name.ts';
import type { ExpectedHost } from '../../flows/evacuate.ts';
import { getAll, ifUnchanged, type Row } from '../dynamodb.ts';
import { type Action, transactPatiently } from '../transactions.ts';
import { nameBy } from './host-index.ts';
import { listHeartbeat, rosterReader, rosterWrites } from './roster.ts';

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
 * The row with the field by which the stream is filtered (`infra/reconciler.ts`): a heartbeat invokes no
 * function.
 */
export const streamedHost = (row: Host): Row => ({ ...row, written_by: 'change' });

/**
 * The condition that a row is as it was read, or that there is still none. It includes `reported_at` and
 * `last_seen_up`, which change without a new revision and must never go back.
 */
export function unchangedHost(from: Host | undefined) {
  if (!from)
    return {
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': 'host' },
    };
  const { condition, values } = noHeartbeatSince(from);
  return {
    ConditionExpression: `${asRead} AND reported_at = :reported_at AND ${condition}`,
    ExpressionAttributeValues: {
      ...valuesOf(from),
      ...values,
      ':reported_at': from.reported_at,
    },
  };
}

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

/** The tables of hosts. */
export type HostTables = { readonly hosts: string; readonly roster: string };

/** Reads and writes hosts. */
export const hostStore = (client: DynamoDBDocumentClient, tables: HostTables) => ({
  ...hostReader(client, tables.hosts),
  ...hostLookup(client, tables.hosts),
  ...rosterReader(client, tables.roster),
  ...hostWriter(client, tables),

  /**
   * The rows of the names, tombstones included, read consistently, in any order; unknown names are
   * left out.
   */
  hosts: async (names: readonly string[]): Promise<Host[]> => {
    const rows = await getAll(
      client,
      tables.hosts,
      names.map((host) => ({ host })),
    );
    return rows.map((row) => Host.parse(row));
  },
});

/** Writes hosts. */
const hostWriter = (client: DynamoDBDocumentClient, { hosts: table, roster }: HostTables) => ({
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
   * Sets only `last_seen_up` and `written_by`, and then the time in the list. `unknown` if there is no such host, `overtaken` if its
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
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'unknown';
      if (error instanceof TransactionConflictException) return 'overtaken';
      throw error;
    }
    return (await listHeartbeat(client, roster, { host: name, at })) ? 'noted' : 'overtaken';
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
    return transactPatiently(client, [
      { Put: put },
      ...listed,
      ...(exists ? [] : [spelled(table, to)]),
    ]);
  },
});
