/**
 * The table `migrations`: a copy of each evacuation's record, below the host that was left, and a row
 * for each such host that counts its departures. Copies are written with the instances that they
 * are of (`migrationWrites`), by whoever writes these.
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

/** Records begin with a digit; a host's departures come before all of them. */
const departuresOf = (source: string) => ({ source, record: '#' });
/** Holds the last number given; no host can have this name. */
const counter = departuresOf('#migration-number');

const pageSize = 100;

/** The row of a record with what only the indexes need; one without a target is not in `byTarget`. */
const indexed = (evacuation: Evacuation, instance_uuid: string): Row => ({
  ...evacuation,
  instance_uuid,
  record: placeOfRecord(evacuation),
  to_host: evacuation.dest ?? undefined,
  live: 'migration',
});

/**
 * What a change of an instance does to this table: its record's copy, if that changes, and, when it
 * becomes done, one more departure of the source, provided that nobody has restarted it since it was
 * read. Empty if its evacuation stays as it is. At most one action on a row.
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

/** That nothing has left a host since it was last restarted. */
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

export const departureStore = (client: DynamoDBDocumentClient, TableName: string) => ({
  /** What has left a host, read consistently. */
  departures: async (source: string): Promise<Departures> => {
    const { Item } = await client.send(
      new GetCommand({ TableName, Key: departuresOf(source), ConsistentRead: true }),
    );
    return readDepartures(Item);
  },

  /** Notes that a host's compute service has started anew; `overtaken` while others write it. */
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

export const migrationStore = (client: DynamoDBDocumentClient, TableName: string) => {
  const read = async (rows: readonly Row[]): Promise<Migration[]> => {
    const found = await getAll(client, TableName, rows.map(keyOf));
    return found
      .map((row) => Migration.parse(row))
      .sort((a, b) => (placeOfRecord(a) < placeOfRecord(b) ? 1 : -1));
  };

  return {
    /** A number never given before: the integer id of a record. */
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

    /** The record of a uuid, as the index shows it. */
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

    /** Records newest first, a page at a time, placed (`placeOfRecord`) at or before `to`. */
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

    /** What has left each of the hosts. */
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
