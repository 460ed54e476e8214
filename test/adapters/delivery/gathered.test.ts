import { expect, test } from 'vitest';
import { gathered } from '../../../adapters/gathered.ts';

test('requests of one turn share a call, and later ones make another', async () => {
  const calls: (readonly number[])[] = [];
  const add = gathered<number>(async (items) => {
    calls.push(items);
  });
  await Promise.all([add(1), add(2), Promise.resolve().then(() => add(3))]);
  await add(4);
  expect(calls).toEqual([[1, 2, 3], [4]]);
});

test('all requests that share a call get its result', async () => {
  const highest = gathered(async (items: readonly number[]) => Math.max(...items));
  expect(await Promise.all([highest(1), highest(2)])).toEqual([2, 2]);
});

test('what the call throws is thrown to all that share it, and to no other', async () => {
  const add = gathered<number>(async (items) => {
    if (items.includes(13)) throw new Error('gone');
  });
  const outcomes = await Promise.allSettled([add(12), add(13)]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await add(14);
});
