/** What requests cost, and many rows at once. */
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Row } from '../../adapters/dynamodb.ts';
import { inParallel } from '../../adapters/in-parallel.ts';
import { slices } from '../../domain/slices.ts';
import { isTokenCheck } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';
import type { Prepare } from './invoke.ts';

export async function writeRows(table: string, rows: readonly Row[]): Promise<void> {
  const client = dynamodb();
  await inParallel(slices(rows, 25), 8, (slice) =>
    client.send(
      new BatchWriteCommand({
        RequestItems: { [table]: slice.map((Item) => ({ PutRequest: { Item } })) },
      }),
    ),
  );
  client.destroy();
}

const Capacity = z.object({ CapacityUnits: z.number() });
/** What DynamoDB answers that a request consumed: one figure, or one for each table. */
const Costs = z.object({ ConsumedCapacity: z.union([Capacity, z.array(Capacity)]).default([]) });

const Args = z.object({ input: z.unknown() });
const inputOf = (args: unknown): unknown => Args.safeParse(args).data?.input;

/** Counts every request by name, but for the check of the token, and the capacity that DynamoDB says it consumed. */
export function counting(costs: Record<string, number>): Prepare {
  const add = (name: string, amount: number) => {
    costs[name] = (costs[name] ?? 0) + amount;
  };
  return ({ dynamo, sqs, sns }) => {
    const count =
      <Input, Output>(next: (args: Input) => Promise<Output>, context: { commandName?: string }) =>
      (args: Input): Promise<Output> => {
        if (!isTokenCheck(inputOf(args))) add(context.commandName ?? '', 1);
        return next(args);
      };
    sqs.middlewareStack.add(count, { step: 'initialize' });
    sns.middlewareStack.add(count, { step: 'initialize' });
    dynamo.middlewareStack.add(count, { step: 'initialize' });
    dynamo.middlewareStack.add(
      (next) => async (args) => {
        const input = Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
        const answer = await next({ ...args, input });
        const { ConsumedCapacity: consumed } = Costs.parse(answer.output);
        if (isTokenCheck(args.input)) return answer;
        for (const { CapacityUnits } of [consumed].flat()) add('capacity units', CapacityUnits);
        return answer;
      },
      { step: 'initialize' },
    );
  };
}
