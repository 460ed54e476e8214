/** One conditional write of a row, whose condition may fail because of another writer. */
import {
  ConditionalCheckFailedException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { Row } from './dynamodb.ts';

/** What came of the write. */
export type Conditional<Answer> =
  | { readonly kind: 'written'; readonly answer: Answer }
  /**
   * The condition failed. `row`: the row as it is, if the command asked for it by
   * `ReturnValuesOnConditionCheckFailure`; empty if it did not, or if there is no row.
   */
  | { readonly kind: 'refused'; readonly row: Row }
  /** The row is in a transaction of another writer at this moment: try again. */
  | { readonly kind: 'conflict'; readonly error: TransactionConflictException };

/** What came of a conditional write. @throws any other error of it. */
export async function conditional<Answer>(write: Promise<Answer>): Promise<Conditional<Answer>> {
  try {
    return { kind: 'written', answer: await write };
  } catch (error) {
    if (error instanceof TransactionConflictException) return { kind: 'conflict', error };
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { kind: 'refused', row: error.Item ? unmarshall(error.Item) : {} };
  }
}
