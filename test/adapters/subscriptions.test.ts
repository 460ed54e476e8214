import { randomUUID } from 'node:crypto';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { subscriptionStore } from '../../adapters/delivery/subscriptions.ts';
import { claimOf } from '../../domain/delivery/subscription.ts';
import { minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

const dynamo = dynamodb();
let own: OwnThings;
let store: ReturnType<typeof subscriptionStore>;
beforeAll(async () => {
  own = await ownThings();
  store = subscriptionStore(dynamo, {
    subscriptions: own.env.SUBSCRIPTIONS_TABLE,
    quotas: own.env.QUOTAS_TABLE,
  });
});
afterAll(async () => {
  await own.cleanup();
  dynamo.destroy();
});

const rowAt = (n: number) =>
  claimOf(
    {
      protocol: 'https',
      endpoint: `https://a.example/${n}`,
      project_id: 'a',
      ...{ all_projects: false, filter: {}, raw_message_delivery: false },
    },
    minute(n),
  );

test('a subscription that cannot be read does not hide the others, and does not shorten a page', async () => {
  const [first, broken, second, third] = [rowAt(1), rowAt(2), rowAt(3), rowAt(4)];
  for (const row of [first, second, third]) expect(await store.claim(row)).toBe(true);
  const index = { live: 'subscription', sort_key: `${broken.created_at}#${randomUUID()}` };
  const Item = { ...broken, ...index, protocol: 'pigeon' };
  await dynamo.send(new PutCommand({ TableName: own.env.SUBSCRIPTIONS_TABLE, Item }));
  const page = (marker?: string) => store.subscriptions('a', { limit: 2, marker });
  expect(await page()).toEqual([first, second]);
  expect(await page(second.subscription_id)).toEqual([third]);
});
