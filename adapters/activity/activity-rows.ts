/** Writes rows of the table `activity`. */
import { BatchExecuteStatementCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { slices } from '../../domain/slices.ts';
import type { Row } from '../dynamodb.ts';
import { gathered } from '../gathered.ts';
import { inParallel } from '../in-parallel.ts';

/** Rows in a request, which DynamoDB limits. */
const perRequest = 25;
/** Requests at once. */
const width = 4;

/** Keeps a row, which is new or as it is there already. */
export type KeepRow = (row: Row) => Promise<void>;

/**
 * Rows that are written in the same turn of the event loop share requests of 25. A row with a key that is
 * there stays as it is. @throws for all rows if one cannot be written; some may be.
 */
export const rowKeeper = (client: DynamoDBDocumentClient, table: string): KeepRow =>
  gathered(async (rows: readonly Row[]) => {
    await inParallel(slices(rows, perRequest), width, async (some) => {
      const { Responses: answers = [] } = await client.send(
        new BatchExecuteStatementCommand({ Statements: some.map((row) => inserted(table, row)) }),
      );
      const failed = answers.find(({ Error: error }) => error && error.Code !== 'DuplicateItem');
      if (failed) throw new Error(`a row was not kept: ${failed.Error?.Code}`);
    });
  });

/** The statement that inserts a row. */
function inserted(table: string, row: Row) {
  const names = Object.keys(row).map((name) => `'${name}': ?`);
  return {
    Statement: `INSERT INTO "${table}" VALUE {${names.join(', ')}}`,
    Parameters: Object.values(row),
  };
}
