/** Reads whole indexes of tables. */
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { dynamodb } from '../stack/stack.ts';

/** The items of all pages, in their order. */
export async function all(pages: AsyncIterable<readonly string[]>): Promise<string[]> {
  const found: string[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}

/** The rows of one key of an index. The caller ends the client. */
export async function rowsUnder(
  client: ReturnType<typeof dynamodb>,
  table: string,
  IndexName: string,
  name: string,
  value: unknown,
) {
  const { Items = [] } = await client.send(
    new QueryCommand({
      ...{ TableName: table, IndexName, KeyConditionExpression: '#key = :value' },
      ...{
        ExpressionAttributeNames: { '#key': name },
        ExpressionAttributeValues: { ':value': value },
      },
    }),
  );
  return Items;
}
