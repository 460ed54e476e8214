/** Reads and writes of DynamoDB that all tables share. Nothing here knows what a row means. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchExecuteStatementCommand,
  type BatchExecuteStatementCommandInput,
  BatchGetCommand,
  type DynamoDBDocumentClient,
  paginateQuery,
  QueryCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { grownPause } from '../domain/back-off.ts';
import { slices } from '../domain/slices.ts';
import { mostTries, pauseAfter } from './back-off.ts';
import { inParallel } from './in-parallel.ts';

export type Row = Record<string, unknown>;
export type Key = Record<string, string | number>;

/** True after the write, false if its condition failed. @throws any other error. */
export async function ifUnchanged(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    if (error instanceof TransactionConflictException) return false;
    if (error instanceof TransactionCanceledException && overtaken(error)) return false;
    throw error;
  }
}

/** True if the transaction was cancelled only by conditions that failed and by other transactions. */
function overtaken({ CancellationReasons: reasons = [] }: TransactionCanceledException): boolean {
  const ours = new Set(['None', 'ConditionalCheckFailed', 'TransactionConflict']);
  return reasons.length > 0 && reasons.every(({ Code = 'None' }) => ours.has(Code));
}

/** All rows of an index or table query, a page at a time. */
export async function* queryPages(
  client: DynamoDBDocumentClient,
  input: QueryCommandInput,
): AsyncGenerator<Row[]> {
  for await (const page of paginateQuery({ client }, input)) yield page.Items ?? [];
}

/**
 * The same in pages of `first` rows, then of twice as many, and so on up to `longest`: a short read
 * reads few rows, and a long one needs few requests.
 */
export async function* growingPages(
  client: DynamoDBDocumentClient,
  input: QueryCommandInput,
  { first, longest }: { readonly first: number; readonly longest: number },
): AsyncGenerator<Row[]> {
  let start: QueryCommandOutput['LastEvaluatedKey'];
  let length = Math.max(first, 1);
  do {
    const page: QueryCommandOutput = await client.send(
      new QueryCommand({ ...input, Limit: Math.min(length, longest), ExclusiveStartKey: start }),
    );
    yield page.Items ?? [];
    start = page.LastEvaluatedKey;
    length *= 2;
  } while (start !== undefined);
}

/**
 * The rows of the keys, read consistently, in any order; missing rows are left out.
 * @param keys no two are the same.
 * @param only the attributes to read, whose names are no words of DynamoDB; absent for all.
 */
export async function getAll(
  client: DynamoDBDocumentClient,
  table: string,
  keys: readonly Key[],
  only?: readonly string[],
): Promise<Row[]> {
  const pages = await inParallel(slices(keys, 100), 4, (slice) =>
    getSlice(client, table, slice, only),
  );
  return pages.flat();
}

/** The first and the longest pause before rows are requested again, in milliseconds. */
const pauses = { first: 20, longest: 1_000 };
/** Requests in turn that return no row, in three seconds: then the table is too busy. */
const mostInVain = 8;

/**
 * DynamoDB returns the rows that it could read in time; the others are requested again, a little later.
 * @throws after `mostInVain`.
 */
async function getSlice(
  client: DynamoDBDocumentClient,
  table: string,
  keys: readonly Key[],
  only: readonly string[] | undefined,
): Promise<Row[]> {
  const shown = only && { ProjectionExpression: only.join(', ') };
  const rows: Row[] = [];
  let left: Row[] = keys.map((key) => ({ ...key }));
  for (let inVain = 0; left.length > 0; ) {
    const answer = await client.send(
      new BatchGetCommand({
        RequestItems: { [table]: { Keys: left, ConsistentRead: true, ...shown } },
      }),
    );
    rows.push(...(answer.Responses?.[table] ?? []));
    const asked = left.length;
    left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    inVain = left.length < asked ? 0 : inVain + 1;
    if (inVain === mostInVain) throw new Error(`${table} returned no row in ${inVain} requests`);
    if (left.length > 0) await sleep(grownPause(inVain + 1, pauses));
  }
  return rows;
}

export type Statement = NonNullable<BatchExecuteStatementCommandInput['Statements']>[number];

/**
 * Runs PartiQL writes, 25 a request; they are not one transaction.
 * @returns the positions of the statements that were not carried out: a condition failed, or the
 * table was too busy. The caller reads those rows again and decides.
 */
export async function writeAll(
  client: DynamoDBDocumentClient,
  statements: readonly Statement[],
): Promise<number[]> {
  const batches = slices([...statements.entries()], 25);
  const failed = await inParallel(batches, 4, async (batch) => {
    const { Responses: responses = [] } = await client.send(
      new BatchExecuteStatementCommand({ Statements: batch.map(([, statement]) => statement) }),
    );
    return batch.flatMap(([position], n) => (responses[n]?.Error ? [position] : []));
  });
  return failed.flat();
}

/**
 * Runs all statements, and retries those that fail: AWS refuses one that meets a transaction on its
 * row, and when the table is too busy.
 * @throws if some still fail after `mostTries`.
 */
export async function writtenAll(
  client: DynamoDBDocumentClient,
  statements: readonly Statement[],
): Promise<void> {
  let left = [...statements];
  for (let tries = 1; left.length > 0; tries++) {
    const failed = new Set(await writeAll(client, left));
    left = left.filter((_, n) => failed.has(n));
    if (left.length === 0) return;
    if (tries >= mostTries) {
      throw new Error(`${left.length} of ${statements.length} statements were not carried out`);
    }
    await pauseAfter(tries);
  }
}
