import { setTimeout as sleep } from 'node:timers/promises';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { getAll, ifUnchanged } from '../../adapters/dynamodb.ts';
import { inParallel } from '../../adapters/in-parallel.ts';
import { transactGroups } from '../../adapters/transactions.ts';
import { slices } from '../../domain/slices.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';
import { cancelled, type Disturbance, disturb, refused } from './disturb.ts';

let own: OwnThings;
let client = dynamodb();
beforeAll(async () => {
  own = await ownThings();
});
afterEach(() => {
  client.destroy();
  client = dynamodb();
});
afterAll(() => own.cleanup());

const table = () => own.env.IDENTITY_TABLE;
const put = (id: string, condition = {}) =>
  new PutCommand({ TableName: table(), Item: { id }, ...condition });
const absent = { ConditionExpression: 'attribute_not_exists(id)' };
const keys = (...ids: string[]) => ids.map((id) => ({ id }));
const Asked = z.object({
  RequestItems: z.record(z.string(), z.object({ Keys: z.array(z.object({ id: z.string() })) })),
});
const askedIn = (input: object) => Asked.parse(input).RequestItems[table()]?.Keys ?? [];

test('more than a hundred rows are read, each once; what does not exist is left out', async () => {
  const ids = Array.from({ length: 130 }, (_, n) => `r-${n}`);
  await Promise.all(ids.map((id) => client.send(put(id))));
  const reads = disturb({ dynamo: client }, 'BatchGetItem');
  const rows = await getAll(client, table(), keys(...ids, ...ids.map((id) => `no-${id}`)));
  expect(rows.map(({ id }) => String(id)).sort()).toEqual([...ids].sort());
  expect(reads.map((input) => askedIn(input).length)).toEqual([100, 100, 60]);
});

/** Reads only the first key, as DynamoDB may do when it is busy. */
const firstOnly: Disturbance = (input) => {
  const [first, ...left] = askedIn(input);
  Object.assign(input, {
    RequestItems: { [table()]: { Keys: [first], ConsistentRead: true } },
  });
  return (output) => {
    Object.assign(output, { UnprocessedKeys: { [table()]: { Keys: left, ConsistentRead: true } } });
  };
};

test('keys that DynamoDB left unprocessed are requested again, until all are read', async () => {
  await Promise.all(['a', 'b', 'c'].map((id) => client.send(put(id))));
  const reads = disturb({ dynamo: client }, 'BatchGetItem', firstOnly, firstOnly);
  const rows = await getAll(client, table(), keys('a', 'b', 'c'));
  expect(rows.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(reads.map((input) => askedIn(input).map(({ id }) => id))).toEqual([
    ['a', 'b', 'c'],
    ['b', 'c'],
    ['c'],
  ]);
});

test('a table that goes on returning no row is an error', async () => {
  const none: Disturbance = (input) => {
    const keys = askedIn(input);
    return (output) => {
      Object.assign(output, { Responses: {}, UnprocessedKeys: { [table()]: { Keys: keys } } });
    };
  };
  const reads = disturb(
    { dynamo: client },
    'BatchGetItem',
    ...Array.from({ length: 8 }, () => none),
  );
  await expect(getAll(client, table(), keys('a'))).rejects.toThrow('returned no row in 8 requests');
  expect(reads.length).toBe(8);
});

test('no keys are no call', async () => {
  const reads = disturb({ dynamo: client }, 'BatchGetItem');
  expect(await getAll(client, table(), [])).toEqual([]);
  expect(reads).toEqual([]);
});

test('a condition that does not hold is false, not an error; all else is an error', async () => {
  expect(await ifUnchanged(client.send(put('once', absent)))).toBe(true);
  expect(await ifUnchanged(client.send(put('once', absent)))).toBe(false);
  expect(await ifUnchanged(Promise.reject(cancelled('None', 'TransactionConflict')))).toBe(false);
  const gone = new ConditionalCheckFailedException({ message: '', $metadata: {} });
  expect(await ifUnchanged(Promise.reject(gone))).toBe(false);
  for (const error of [cancelled('None', 'ThrottlingError'), cancelled(), new Error('gone')]) {
    await expect(ifUnchanged(Promise.reject(error))).rejects.toBe(error);
  }
});

const putting = (id: string, condition = {}) => ({
  Put: { TableName: table(), Item: { id }, ...condition },
});
const there = async (...ids: string[]) =>
  (await getAll(client, table(), keys(...ids))).map(({ id }) => String(id)).sort();

test('each group is written whole or not at all, and a group that fails does not stop the others', async () => {
  await client.send(put('taken'));
  const groups = [
    [putting('g1'), putting('g1b')],
    [putting('g2'), putting('taken', absent)],
    [putting('g3')],
  ];
  expect(await transactGroups(client, groups)).toEqual([[], [1], []]);
  expect(await there('g1', 'g1b', 'g2', 'g3')).toEqual(['g1', 'g1b', 'g3']);
});

test.each(['TransactionConflict', 'ThrottlingError'])(
  'a %s passes: the group is tried again',
  async (code) => {
    const conflict = refused(cancelled('None', code));
    const tries = disturb({ dynamo: client }, 'TransactWriteItems', conflict, conflict);
    const id = `after-${code}`;
    expect(await transactGroups(client, [[putting(`${id}-1`)], [putting(id)]])).toEqual([[], []]);
    expect(tries).toHaveLength(3);
    expect(await there(id)).toEqual([id]);
  },
);

test('conflicts without end are an error', async () => {
  const conflict = refused(cancelled('TransactionConflict'));
  disturb({ dynamo: client }, 'TransactWriteItems', ...Array(10).fill(conflict));
  const done = transactGroups(client, [[putting('never')]]);
  await expect(done).rejects.toThrow('Transaction cancelled');
  expect(await there('never')).toEqual([]);
});

test('any other failure is an error at once', async () => {
  const tries = disturb({ dynamo: client }, 'TransactWriteItems', refused(new Error('gone')));
  await expect(transactGroups(client, [[putting('never')]])).rejects.toThrow('gone');
  expect(tries).toHaveLength(1);
});

test('work never exceeds the given concurrency, and its results have the order of the items', async () => {
  let [running, most] = [0, 0];
  const done = await inParallel([5, 1, 3, 2, 4], 2, async (ms) => {
    most = Math.max(most, ++running);
    await sleep(ms);
    running--;
    return ms * 10;
  });
  expect(done).toEqual([50, 10, 30, 20, 40]);
  expect(most).toBe(2);
});

test('when some of the work fails, the rest has ended before the error is thrown', async () => {
  const ended: number[] = [];
  const work = inParallel([1, 2, 3], 2, async (n) => {
    if (n === 1) throw new Error('the first');
    await sleep(5);
    ended.push(n);
  });
  await expect(work).rejects.toThrow('the first');
  expect(ended).toEqual([2, 3]);
});

test('a list is cut into slices of a size', () => {
  expect(slices([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(slices([], 2)).toEqual([]);
});
