/**
 * The table `migrations`: a copy of each evacuation's record, by its source, and one row for each source
 * that counts its departures. The writer of an instance writes its copy in the same transaction
 * (`migrationWrites`).
 */
import { TransactionConflictException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  Departures,
  type Evacuation,
  Migration,
  type MigrationIndex,
  noDepartures,
  placeOfRecord,
} from '../../domain/servers/evacuation.ts';
import type { Instance } from '../../domain/servers/instance.ts';
import { getAll, type Key, queryPages, type Row } from '../dynamodb.ts';
import type { Action } from '../transactions.ts';

/**
 * The key of a host's departures. Keys of records begin with a digit, so it comes before all of
 * them.
 */
const departuresOf = (source: string) => ({ source, record: '#' });
/** The row with the last number of a record; no host can have this name. */
const counter = departuresOf('#migration-number');

const pageSize = 100;

/**
 * The row of a record with the fields that only the indexes need. Without a target it is not in
 * `byTarget`.
 */
const indexed = (evacuation: Evacuation, instance_uuid: string): Row => ({
  ...evacuation,
  instance_uuid,
  record: placeOfRecord(evacuation),
  to_host: evacuation.dest ?? undefined,
  live: 'migration',
});

/**
 * The writes to this table for a change of an instance; empty if its evacuation does not change. They
 * put the copy of its record. If the record becomes `done`, they also count a departure of the source, on
 * the condition that its compute service was not restarted since it was read. At most one action a
 * row.
 */
export function migrationWrites(
  TableName: string,
  from: Pick<Instance, 'evacuation'> | undefined,
  { uuid, evacuation }: Instance,
): Action[] {
  const before = from?.evacuation ?? undefined;
  if (!evacuation || isSame(before, evacuation)) return [];
  const copy = { Put: { TableName, Item: indexed(evacuation, uuid) } };
  return evacuation.status === 'done' ? [copy, departure(TableName, evacuation)] : [copy];
}

const isSame = (a: Evacuation | undefined, b: Evacuation): boolean =>
  a?.uuid === b.uuid && a.status === b.status && a.updated_at === b.updated_at;

const departure = (TableName: string, { source, source_restarts }: Evacuation): Action => ({
  Update: {
    TableName,
    Key: departuresOf(source),
    UpdateExpression: 'ADD done :one',
    ConditionExpression:
      source_restarts === 0
        ? 'attribute_not_exists(restarts) OR restarts = :restarts'
        : 'restarts = :restarts',
    ExpressionAttributeValues: { ':one': 1, ':restarts': source_restarts },
  },
});

/** The condition that no instance has left a host since its compute service was last restarted. */
export const nothingLeft = (TableName: string, source: string): Action => ({
  ConditionCheck: {
    TableName,
    Key: departuresOf(source),
    ConditionExpression: 'attribute_not_exists(done) OR done = :none',
    ExpressionAttributeValues: { ':none': 0 },
  },
});

const readDepartures = (row: Row | undefined): Departures =>
  row ? Departures.parse({ ...noDepartures, ...row }) : noDepartures;

/** Reads and writes the departures of hosts. */
export const departureStore = (client: DynamoDBDocumentClient, TableName: string) => ({
  /** The departures of a host, read consistently. */
  departures: async (source: string): Promise<Departures> => {
    const { Item } = await client.send(
      new GetCommand({ TableName, Key: departuresOf(source), ConsistentRead: true }),
    );
    return readDepartures(Item);
  },

  /**
   * Records a restart of a host's compute service. `overtaken` if the row is in a transaction of another
   * writer.
   */
  noteRestart: async (source: string, at: string): Promise<'noted' | 'overtaken'> => {
    try {
      await client.send(
        new UpdateCommand({
          TableName,
          Key: departuresOf(source),
          UpdateExpression: 'ADD restarts :one SET done = :none, restarted_at = :at',
          ExpressionAttributeValues: { ':one': 1, ':none': 0, ':at': at },
        }),
      );
      return 'noted';
    } catch (error) {
      if (error instanceof TransactionConflictException) return 'overtaken';
      throw error;
    }
  },
});

const keys: Record<MigrationIndex, { readonly index?: string; readonly name: string }> = {
  source: { name: 'source' },
  instance: { index: 'byInstance', name: 'instance_uuid' },
  target: { index: 'byTarget', name: 'to_host' },
  status: { index: 'byStatus', name: 'status' },
  all: { index: 'byTime', name: 'live' },
};

/** Gives records their numbers. */
const migrationNumbers = (client: DynamoDBDocumentClient, TableName: string) => ({
  /** A number that no record had before: the id of a record before microversion 2.59. */
  nextMigrationNumber: async (): Promise<number> => {
    const { Attributes: row } = await client.send(
      new UpdateCommand({
        TableName,
        Key: counter,
        UpdateExpression: 'ADD last_number :one',
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    return Number(row?.last_number);
  },
});

/** Reads records, and gives them numbers. */
export const migrationStore = (client: DynamoDBDocumentClient, TableName: string) => {
  const read = async (rows: readonly Row[]): Promise<Migration[]> => {
    const found = await getAll(client, TableName, rows.map(keyOf));
    return found
      .map((row) => Migration.parse(row))
      .sort((a, b) => (placeOfRecord(a) < placeOfRecord(b) ? 1 : -1));
  };

  return {
    ...migrationNumbers(client, TableName),

    /** The record of a uuid, as the index shows it; undefined if there is none. */
    migration: async (uuid: string): Promise<Migration | undefined> => {
      const query = {
        TableName,
        IndexName: 'byUuid',
        KeyConditionExpression: '#uuid = :uuid',
        ExpressionAttributeNames: { '#uuid': 'uuid' },
        ExpressionAttributeValues: { ':uuid': uuid },
      };
      for await (const page of queryPages(client, query)) {
        if (page.length > 0) return (await read(page.slice(0, 1)))[0];
      }
      return undefined;
    },

    /**
     * Records of a list, newest first, a page at a time, whose sort keys (`placeOfRecord`) are not after
     * `to`.
     */
    migrations: async function* (
      by: MigrationIndex,
      value: string,
      to: string,
    ): AsyncGenerator<Migration[]> {
      const { index, name } = keys[by];
      const query: QueryCommandInput = {
        TableName,
        IndexName: index,
        KeyConditionExpression: '#key = :value AND #record BETWEEN :from AND :to',
        ExpressionAttributeNames: { '#key': name, '#record': 'record' },
        ExpressionAttributeValues: { ':value': value, ':from': '0', ':to': to },
        ScanIndexForward: false,
        Limit: pageSize,
      };
      for await (const page of queryPages(client, query)) yield read(page);
    },

    /** The departures of hosts, by host; hosts without departures are left out. */
    departuresFrom: async (sources: readonly string[]): Promise<Map<string, Departures>> => {
      const rows = await getAll(client, TableName, [...new Set(sources)].map(departuresOf));
      return new Map(rows.map((row) => [String(row.source), readDepartures(row)]));
    },
  };
};

const keyOf = ({ source, record }: Row): Key => ({
  source: String(source),
  record: String(record),
});
