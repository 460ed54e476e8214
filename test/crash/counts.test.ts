/** What an event costs: as much with 10,000 other alarms as with ten. */
import { randomUUID } from 'node:crypto';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { inParallel } from '../../adapters/dynamodb.ts';
import { lookupKeysOf } from '../../domain/lookup.ts';
import { slices } from '../../domain/slices.ts';
import { alarmWith } from '../domain/alarms.ts';
import { dynamodb } from '../stack/stack.ts';
import { cloud, ok, project } from './cloud.ts';
import type { Prepare } from './invoke.ts';
import { makeWorld, type World } from './world.ts';

/** Alarms of the same project and of another on other resources, written as the API writes them. */
async function seed(world: World, count: number): Promise<void> {
  const client = dynamodb();
  const rows = Array.from({ length: count }, (_, n) => {
    const alarm = alarmWith({
      alarm_id: randomUUID(),
      project_id: n % 2 ? project : 'other',
      resource_id: randomUUID(),
    });
    const { alarm_id } = alarm;
    const keys = lookupKeysOf(alarm);
    return [
      { ...alarm, kind: 'alarm', in_project: `project#${alarm.project_id}`, sort_key: alarm_id },
      ...keys.map((key) => ({ alarm_id, kind: `lookup#${key}`, lookup_key: key })),
    ];
  });
  await inParallel(slices(rows.flat(), 25), 8, (slice) =>
    client.send(
      new BatchWriteCommand({
        RequestItems: {
          [world.things.env.ALARMS_TABLE]: slice.map((Item) => ({ PutRequest: { Item } })),
        },
      }),
    ),
  );
}

const Capacity = z.object({ CapacityUnits: z.number() });
/** What DynamoDB answers that a request consumed: one figure, or one for each table. */
const Costs = z.object({ ConsumedCapacity: z.union([Capacity, z.array(Capacity)]).default([]) });

/** Counts every request by name, and the capacity that DynamoDB says it consumed. */
function counting(costs: Record<string, number>): Prepare {
  const add = (name: string, amount: number) => {
    costs[name] = (costs[name] ?? 0) + amount;
  };
  return ({ dynamo, sqs, sns }) => {
    const count =
      <Input, Output>(next: (args: Input) => Promise<Output>, context: { commandName?: string }) =>
      (args: Input): Promise<Output> => {
        add(context.commandName ?? '', 1);
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
        for (const { CapacityUnits } of [consumed].flat()) add('capacity units', CapacityUnits);
        return answer;
      },
      { step: 'initialize' },
    );
  };
}

async function costsAmong(others: number): Promise<Record<string, number>> {
  await using world = await makeWorld();
  const nova = cloud(world);
  await seed(world, others);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  await nova.alarm(uuid);
  await world.recover();
  ok(await nova.down('h'));
  const costs: Record<string, number> = {};
  await world.evaluate(undefined, counting(costs));
  expect(await world.told()).toHaveLength(1);
  return costs;
}

test('an event costs the same reads, writes and publishes among 10 and among 10,000 alarms', async () => {
  const few = await costsAmong(10);
  const many = await costsAmong(10_000);
  expect(many).toEqual(few);
  // Two messages, the host's and the instance's: each asks for the two keys of its project and for
  // those of its resource; one alarm is read, fired, told and marked.
  expect(few).toMatchObject({
    QueryCommand: 6,
    BatchGetItemCommand: 1,
    TransactWriteItemsCommand: 1,
    PublishBatchCommand: 1,
    BatchExecuteStatementCommand: 1,
    'capacity units': expect.any(Number),
  });
  expect(few['capacity units']).toBeGreaterThan(0);
});

test("another project's alarms on the same resource are not read", async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  await nova.alarm(uuid);
  for (let n = 0; n < 20; n++) {
    await nova.alarm(uuid, { project_id: 'other', resource_id: uuid });
  }
  await world.recover();
  ok(await nova.down('h'));
  const outcome = await world.evaluate(undefined, ({ dynamo }) =>
    dynamo.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'BatchGetItemCommand') {
          const keys = [expect.objectContaining({ kind: expect.anything() })];
          const table = world.things.env.ALARMS_TABLE;
          expect(args.input).toMatchObject({ RequestItems: { [table]: { Keys: keys } } });
        }
        return next(args);
      },
      { step: 'initialize' },
    ),
  );
  expect(outcome?.kind).toBe('done');
  expect(await world.told()).toHaveLength(1);
});
