/** The counts of posts in a minute, in a real table. */
import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { webhookMinutes } from '../../adapters/delivery/webhook-minutes.ts';
import type { Counter } from '../../domain/delivery/webhook-minute.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

let own: OwnThings;
const client = dynamodb();
beforeAll(async () => {
  own = await ownThings();
});
afterAll(async () => {
  client.destroy();
  await own.cleanup();
});

const now = '2026-01-01T00:07:42.000Z';
const minutes = () => webhookMinutes(client, { table: own.env.PLACES_TABLE, now: () => now });
const counter = (most: number): Counter => ({ key: `minute#m#project#${randomUUID()}`, most });
const rowOf = async ({ key: place }: Counter) =>
  (await client.send(new GetCommand({ TableName: own.env.PLACES_TABLE, Key: { place } }))).Item;

test('a count takes what fits, and its row expires', async () => {
  const { take } = minutes();
  const count = counter(5);
  expect(await take(count, 3)).toBe(3);
  expect(await take(count, 3)).toBe(2);
  expect(await take(count, 1)).toBe(0);
  expect(await rowOf(count)).toMatchObject({
    posts: 5,
    expires_at: Date.parse(now) / 1000 + 3_600,
  });
  expect(await take(counter(5), 9)).toBe(5);
});

test('one project gets its part of a receiver, and the others the rest', async () => {
  const { take } = minutes();
  const receiver = counter(10);
  const of = (project_id: string): Counter => ({ ...receiver, part: { project_id, most: 5 } });
  expect(await take(of('a'), 8)).toBe(5);
  expect(await take(of('a'), 1)).toBe(0);
  expect(await take(of('b'), 4)).toBe(4);
  expect(await take(of('ü'.repeat(300)), 4)).toBe(1);
  expect(await take(of('c'), 1)).toBe(0);
});

test('room that is given back can be used again, also by others', async () => {
  const { take, giveBack } = minutes();
  const count: Counter = { ...counter(4), part: { project_id: 'a', most: 4 } };
  await take(count, 4);
  await giveBack(count, 2);
  expect(await take(count, 4)).toBe(2);
});

test('of many senders that count at once, no more have room than the limit allows', async () => {
  const { take } = minutes();
  const count = counter(7);
  const taken = await Promise.all(Array.from({ length: 12 }, () => take(count, 1)));
  expect(taken.reduce((sum, each) => sum + each, 0)).toBe(7);
  expect(await rowOf(count)).toMatchObject({ posts: 7 });
});

test('a key that is longer than DynamoDB allows also has a count', async () => {
  const { take } = minutes();
  const long = { key: `${counter(1).key}${'x'.repeat(3_000)}`, most: 1 };
  expect([await take(long, 1), await take(long, 1)]).toEqual([1, 0]);
});
