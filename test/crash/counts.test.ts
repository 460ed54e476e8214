/** The cost of an event depends on the alarms that it may match, not on the number of others. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import { cloud, ok } from './cloud.ts';
import { counting, seedAlarms } from './costs.ts';
import { makeWorld } from './world.ts';

type Rule = Alarm['rule'];
const event_type = 'compute.instance.update';
const stopped = { field: 'traits.state', op: 'eq', type: '', value: 'stopped' } as const;

/** Alarms that are found in every possible way. The n-th is for this instance. */
function matching(n: number, uuid: string): Partial<Alarm> {
  const instance = { field: 'traits.instance_id', op: 'eq', type: '', value: uuid } as const;
  const rules: readonly Rule[] = [
    { event_type: '*', query: [stopped, instance] },
    { event_type, query: [stopped] },
    { event_type: 'compute.*', query: [stopped] },
    {
      event_type: '*',
      query: [stopped],
      clear: { event_type, query: [{ ...stopped, value: 'active' }] },
    },
  ];
  const rule = rules[n % rules.length] ?? { event_type, query: [stopped] };
  return { rule, ...(n % rules.length === 3 && { resource_id: uuid }) };
}

/** Alarms on other resources or on other types of events. */
const unconcerned = (n: number): Partial<Alarm> =>
  n % 2 ? { resource_id: randomUUID() } : { rule: { event_type: 'port.update.end', query: [] } };

const Alarms = z.object({
  RequestItems: z.record(z.string(), z.object({ Keys: z.array(z.unknown()) })),
});

/** The cost of the stop of an instance, with a hundred alarms on it among this many. */
async function costsAmong(all: number): Promise<Record<'fault' | 'wide', Record<string, number>>> {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  await seedAlarms(
    world,
    Array.from({ length: all }, (_, n) => (n < 100 ? matching(n, uuid) : unconcerned(n))),
  );
  await world.recover();
  ok(await nova.down('h'));
  const costs: Record<'fault' | 'wide', Record<string, number>> = { fault: {}, wide: {} };
  for (const lane of ['fault', 'wide'] as const) {
    await world.evaluateLane(lane, undefined, counting(costs[lane]));
  }
  await world.recover();
  expect(await world.received()).toHaveLength(100);
  return costs;
}

test('an event costs the same reads, writes and publishes among 100 alarms and among 10,000 of a project', async () => {
  const few = await costsAmong(100);
  const many = await costsAmong(10_000);
  expect(many).toEqual(few);
  // One message with the events of the host and the instance. The counts of alarms of their
  // projects are one read (the host has no project); three keys are looked up. The fifty alarms
  // that name the instance are read at once, fired and published by tens, and marked by
  // twenty-fives; the fifty of the project follow in a message.
  const fifty = {
    BatchGetItemCommand: 2,
    TransactWriteItemsCommand: 5,
    PublishBatchCommand: 5,
    'BatchExecuteStatementCommand UPDATE': 2,
    // Last, the writes for pages: a row for administrators and one for the project, and then the
    // counts of the minute.
    'BatchExecuteStatementCommand INSERT': 1,
    UpdateItemCommand: 1,
    'capacity units': expect.any(Number),
  };
  // The proof that the fault was written is read with the alarms.
  expect(few.fault).toEqual({
    ...fifty,
    GetItemCommand: 1,
    QueryCommand: 3,
    SendMessageBatchCommand: 1,
  });
  expect(few.wide).toEqual({ ...fifty, QueryCommand: 2 });
  for (const costs of [few.fault, few.wide]) expect(costs['capacity units']).toBeGreaterThan(0);
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
  const keys: unknown[] = [];
  const outcome = await world.evaluate(undefined, ({ dynamo }) =>
    dynamo.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'BatchGetItemCommand') {
          const read = Alarms.parse(args.input).RequestItems[world.things.env.ALARMS_TABLE];
          if (read) keys.push(...read.Keys);
        }
        return next(args);
      },
      { step: 'initialize' },
    ),
  );
  expect(outcome?.kind).toBe('done');
  expect(keys).toHaveLength(1);
  expect(await world.received()).toHaveLength(1);
});

test('a project without alarms costs one read, and no query', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  await nova.servers('h', 2);
  await world.recover();
  ok(await nova.down('h'));
  const costs: Record<string, number> = {};
  await world.evaluateLane('fault', undefined, counting(costs));
  expect(costs).toEqual({ BatchGetItemCommand: 1 });
});
