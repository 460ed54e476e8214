/** The tables `hosts` and `faults`. A report changes both in one transaction. */
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
import type { HostReport } from '../../domain/hosts/host-fault.ts';
import { hostKey } from '../../domain/hosts/host-name.ts';
import type { ExpectedHost } from '../../flows/evacuate.ts';
import { getAll, ifUnchanged, queryPages, type Row } from '../dynamodb.ts';
import { nothingLeft } from '../servers/migrations.ts';
import { type Action, transactPatiently } from '../transactions.ts';
import { closedFault, openedFault } from './fault-rows.ts';

type Tables = { readonly hosts: string; readonly faults: string; readonly migrations: string };

/** Holds the last service number given; no host can have this name. */
const counterKey = { host: '#service-number' };

/** The row that holds the spelling of a host's name for all others; no host can have this name. */
const spellingKey = (name: string) => ({ host: `#spelling#${hostKey(name)}` });

/** Takes a name for its first spelling, if no other one has it. */
const spelled = (TableName: string, { host: name }: Host): Action => ({
  Put: {
    TableName,
    Item: { ...spellingKey(name), spelling: name },
    ConditionExpression: 'attribute_not_exists(spelling) OR spelling = :name',
    ExpressionAttributeValues: { ':name': name },
  },
});

/**
 * The row with what only the list of hosts needs, in which no tombstone is, and with what its stream
 * is filtered by (`infra/reconciler.ts`): a heartbeat wakes nobody.
 */
export const indexedHost = (row: Host): Row => ({
  ...row,
  written_by: 'change',
  ...(row.deleted ? {} : { listing: 'host' }),
});

/**
 * The condition that a row still is as it was read, or that there still is none. `reported_at` and
 * `last_seen_up` may move without raising the revision, and must never move back.
 */
function unchanged(from: Host | undefined) {
  if (!from)
    return {
      ConditionExpression: 'attribute_not_exists(#key)',
      ExpressionAttributeNames: { '#key': 'host' },
    };
  const { condition, values } = asHeard(from);
  return {
    ConditionExpression: `${asTold} AND reported_at = :reported_at AND ${condition}`,
    ExpressionAttributeValues: {
      ...valuesOf(from),
      ...values,
      ':reported_at': from.reported_at,
    },
  };
}

const asTold = 'incarnation = :incarnation AND revision = :revision';
const valuesOf = ({ incarnation, revision }: Host) => ({
  ':incarnation': incarnation,
  ':revision': revision,
});

/** That nothing was heard of a host since it was read. */
const asHeard = ({ last_seen_up }: Host) => ({
  condition: last_seen_up === null ? 'attribute_type(last_seen_up, :seen)' : 'last_seen_up = :seen',
  values: { ':seen': last_seen_up ?? 'NULL' },
});

/** That a host is what it was when it was read, for as long as something else is written. */
export function hostUnchanged(TableName: string, { host, silent }: ExpectedHost): Action {
  const heard = silent ? asHeard(host) : undefined;
  return {
    ConditionCheck: {
      TableName,
      Key: { host: host.host },
      ConditionExpression: heard ? `${asTold} AND ${heard.condition}` : asTold,
      ExpressionAttributeValues: { ...valuesOf(host), ...heard?.values },
    },
  };
}

export const hostReader = (client: DynamoDBDocumentClient, table: string) => {
  const read = async (Key: { readonly host: string }): Promise<Row | undefined> =>
    (await client.send(new GetCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  return {
    /**
     * The row of a name in any spelling, a tombstone too, read consistently. That it was registered in
     * costs one reading, others three.
     */
    host: async (name: string): Promise<Host | undefined> => {
      const row = await read({ host: name });
      if (row) return Host.parse(row);
      // A host of a version that noted no spellings is found if it was registered in lower case.
      const { spelling = hostKey(name) } = (await read(spellingKey(name))) ?? {};
      const other = spelling === name ? undefined : await read({ host: String(spelling) });
      return other && Host.parse(other);
    },
  };
};

export const hostStore = (client: DynamoDBDocumentClient, table: string) => ({
  ...hostReader(client, table),

  /** The rows of the names, tombstones too, read consistently; unknown names are left out. */
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

  /** Names of registered hosts in order, as the index shows them: those after one, at most so many. */
  hostNames: (range?: HostRange): Promise<string[]> => hostNames(client, table, range),

  /** The name of the host whose nova-compute service has the id, as the index shows it. */
  hostOfService: (service_id: string): Promise<string | undefined> =>
    nameBy(client, table, { index: 'byService', key: 'service_id', value: service_id }),
  /** The same by the id that it has before microversion 2.53. */
  hostOfNumber: (service_number: number): Promise<string | undefined> =>
    nameBy(client, table, { index: 'byNumber', key: 'service_number', value: service_number }),
  /** The same of its hypervisor. */
  hostOfHypervisor: (hypervisor_id: string): Promise<string | undefined> =>
    nameBy(client, table, { index: 'byHypervisor', key: 'hypervisor_id', value: hypervisor_id }),

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

  /** Sets `last_seen_up`, and that a heartbeat did it, unless there is no such host or its row is in a transaction. */
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

  /** False if the host is not as it was read, or if another spelling of its name is registered. */
  saveHost: (from: Host | undefined, to: Host): Promise<boolean> => {
    const put = { TableName: table, Item: indexedHost(to), ...unchanged(from) };
    if (from && !from.deleted) return ifUnchanged(client.send(new PutCommand(put)));
    return transactPatiently(client, [{ Put: put }, spelled(table, to)]);
  },
});

async function hostNames(
  client: DynamoDBDocumentClient,
  table: string,
  { after, most }: HostRange = {},
): Promise<string[]> {
  const query = {
    TableName: table,
    IndexName: 'listing',
    KeyConditionExpression: `listing = :all${after === undefined ? '' : ' AND #host > :after'}`,
    ExpressionAttributeValues: {
      ':all': 'host',
      ...(after === undefined ? {} : { ':after': after }),
    },
    ...(after === undefined ? {} : { ExpressionAttributeNames: { '#host': 'host' } }),
    ...(most === undefined ? {} : { Limit: most }),
  };
  const names: string[] = [];
  for await (const page of queryPages(client, query)) {
    names.push(...page.map(({ host }) => String(host)));
    if (most !== undefined && names.length >= most) break;
  }
  return names.slice(0, most);
}

type IdKey = { readonly index: string; readonly key: string; readonly value: string | number };

async function nameBy(
  client: DynamoDBDocumentClient,
  table: string,
  { index, key, value }: IdKey,
): Promise<string | undefined> {
  const query = {
    TableName: table,
    IndexName: index,
    KeyConditionExpression: '#key = :id',
    ExpressionAttributeNames: { '#key': key },
    ExpressionAttributeValues: { ':id': value },
  };
  for await (const [row] of queryPages(client, query)) if (row) return String(row.host);
  return undefined;
}

export const reportStore = (client: DynamoDBDocumentClient, tables: Tables) => ({
  /**
   * Host and fault in one transaction; false if the host is not as it was read, or if it is to be up
   * again while evacuations from it are done that its compute service has not heard of.
   */
  saveReport: (from: Host, { host, fault }: HostReport): Promise<boolean> => {
    const put = { Put: { TableName: tables.hosts, Item: indexedHost(host), ...unchanged(from) } };
    const up = from.forced_down && !host.forced_down && !host.deleted;
    return transactPatiently(client, [
      put,
      ...(fault ? [faultWrite(tables.faults, host, fault)] : []),
      ...(up ? [nothingLeft(tables.migrations, host.host)] : []),
    ]);
  },
});

const faultWrite = (table: string, host: Host, fault: NonNullable<HostReport['fault']>): Action =>
  'opened' in fault
    ? openedFault(table, fault.opened)
    : closedFault(table, {
        host: host.host,
        number: fault.closed,
        at: host.last_change.at,
      });
