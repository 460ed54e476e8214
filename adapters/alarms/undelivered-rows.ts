import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type * as z from 'zod';
import { getAll, type Key } from '../dynamodb.ts';

type Reading<Row> = {
  readonly table: string;
  readonly schema: z.ZodType<Row>;
  /** Called for a row that cannot be read, which is left out. */
  readonly unreadable: (event_id: unknown, error: unknown) => void;
};

/** Those of the rows of the history that are not delivered, read consistently, in any order. */
export async function undeliveredRows<Row>(
  client: DynamoDBDocumentClient,
  { table, schema, unreadable }: Reading<Row>,
  keys: readonly Key[],
): Promise<Row[]> {
  const rows = await getAll(client, table, keys);
  return rows
    .filter(({ undelivered_shard }) => undelivered_shard !== undefined)
    .flatMap((row) => {
      const { data, error } = schema.safeParse(row);
      if (error) unreadable(row.event_id, error);
      return data ?? [];
    });
}
