/** The rows of the table `migrations` that count the departures of hosts. */

import { TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Departures, type Evacuation, noDepartures } from '../../domain/servers/evacuation.ts';
import { getAll, type Row } from '../dynamodb.ts';
import type { Action } from '../transactions.ts';

/**
 * The key of a host's departures. Keys of records begin with a digit, so it comes before all of
 * them.
 */
export const departuresOf = (source: string) => ({ source, record: '#' });

/** Counts a departure, on the condition that the source was not restarted since it was read. */
export const departure = (TableName: string, { source, source_restarts }: Evacuation): Action => ({
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

/** The departures in a row; none without a row. */
export const readDepartures = (row: Row | undefined): Departures =>
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
   * The departures of hosts, read consistently, by the hosts' names, which may be given twice. Hosts
   * that nothing has left may be missing.
   */
  departuresFrom: async (sources: readonly string[]): Promise<ReadonlyMap<string, Departures>> => {
    const rows = await getAll(client, TableName, [...new Set(sources)].map(departuresOf));
    return new Map(rows.map((row) => [String(row.source), readDepartures(row)]));
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
