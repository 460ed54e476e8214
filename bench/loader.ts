import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import {
  BatchWriteCommand,
  DynamoDBDocumentClient,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { inParallel } from '../adapters/in-parallel.ts';
import { slices } from '../domain/slices.ts';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { region, rootCredentials } from '../scripts/stack/ministack.ts';
import { copyOf, type Row } from './copies.ts';

/** Writes thousands of rows into a table, without the API. */
export type Loader = {
  /** The rows with this partition key. */
  readonly rows: (key: string) => Promise<Row[]>;
  /** Writes copies of rows, for each set of replacements; prints its progress. */
  readonly load: (
    rows: readonly Row[],
    replacements: readonly Readonly<Record<string, string>>[],
  ) => Promise<void>;
  /** Writes rows; prints its progress. */
  readonly put: (rows: readonly Row[]) => Promise<void>;
  /** Adds a number to an attribute of a row. */
  readonly add: (key: Row, attribute: string, amount: number) => Promise<void>;
  /** Deletes the loaded rows. */
  readonly unload: () => Promise<void>;
};

/** Requests at once. */
const width = 4;

/**
 * A loader of one of the stack's tables.
 * @param kind the table's name in `infra/tables.ts`, such as `Alarms`.
 * @param keys its partition key, and its sort key if it has one.
 */
export async function loaderOf(
  { endpoint }: Stack,
  kind: string,
  keys: readonly [string, ...string[]],
): Promise<Loader> {
  const plain = new DynamoDBClient({ endpoint, region, credentials: rootCredentials });
  const { TableNames: names = [] } = await plain.send(new ListTablesCommand({}));
  const table = names.find((name) => new RegExp(`Tables${kind}[0-9A-F]{8}`).test(name));
  if (!table) throw new Error(`no table ${kind} among ${names.join(', ')}`);
  const dynamo = DynamoDBDocumentClient.from(plain);
  const loaded: Row[] = [];
  const send = (requests: readonly Record<string, unknown>[]) =>
    dynamo.send(new BatchWriteCommand({ RequestItems: { [table]: [...requests] } }));
  /** Writes sets of rows, 25 rows in a request. */
  const write = async (sets: readonly (readonly Row[])[]): Promise<void> => {
    const perSlice = Math.max(1, Math.floor(25 / (sets[0]?.length || 1)));
    let done = 0;
    await inParallel(slices(sets, perSlice), width, async (slice) => {
      await send(slice.flat().map((Item) => ({ PutRequest: { Item } })));
      loaded.push(...slice.flat().map((row) => keyOf(row, keys)));
      done += slice.length;
      if (done % 1_000 < slice.length) {
        process.stdout.write(`\r  ${done} of ${sets.length} loaded`);
      }
    });
    process.stdout.write('\n');
  };
  return {
    rows: async (key) => {
      const { Items = [] } = await dynamo.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: '#key = :key',
          ExpressionAttributeNames: { '#key': keys[0] },
          ExpressionAttributeValues: { ':key': key },
          ConsistentRead: true,
        }),
      );
      return Items;
    },
    load: (rows, replacements) =>
      write(replacements.map((each) => rows.map((row) => copyOf(row, each)))),
    put: (rows) => write(rows.map((row) => [row])),
    add: async (Key, attribute, amount) => {
      await dynamo.send(
        new UpdateCommand({
          TableName: table,
          Key,
          UpdateExpression: 'ADD #attribute :amount',
          ExpressionAttributeNames: { '#attribute': attribute },
          ExpressionAttributeValues: { ':amount': amount },
        }),
      );
    },
    unload: async () => {
      await inParallel(slices(loaded.splice(0), 25), width, (slice) =>
        send(slice.map((Key) => ({ DeleteRequest: { Key } }))),
      );
    },
  };
}

const keyOf = (row: Row, keys: readonly string[]): Row =>
  Object.fromEntries(keys.map((key) => [key, row[key]]));
