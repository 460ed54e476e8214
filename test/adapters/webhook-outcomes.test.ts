import { TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { webhookOutcomes } from '../../adapters/delivery/webhook-outcomes.ts';
import { firingOf } from '../../domain/alarms/firing.ts';
import {
  rowOfWebhook,
  type WebhookMessage,
  type WebhookOutcome,
  webhooksOf,
} from '../../domain/delivery/webhook.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { eventWith } from '../domain/events/events.ts';
import { id, minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

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

const store = () => webhookOutcomes(client, own.env.HISTORY_TABLE);

/** The two webhooks of a firing. Its row is written, unless the caller says otherwise. */
async function fired(n: number, written = true): Promise<[WebhookMessage, WebhookMessage]> {
  const alarm_actions = ['https://a.example/', 'https://b.example/'];
  const alarm = alarmWith({ alarm_id: id(n), alarm_actions });
  const decision = { kind: 'transition', to: 'alarm', reason: 'because' } as const;
  const { row } = firingOf(alarm, eventWith(), decision, minute(1));
  if (written) {
    await client.send(new PutCommand({ TableName: own.env.HISTORY_TABLE, Item: row }));
  }
  const [first, second] = webhooksOf(row);
  if (!first || !second) throw new Error('no webhooks');
  return [first, second];
}

const outcome = (result: WebhookOutcome['result'], attempts: number): WebhookOutcome => ({
  ...{ action: 'https://a.example/', result, attempts, status: null, reason: '', at: minute(2) },
});

test('the newest outcome of each webhook is stored', async () => {
  const [first, second] = await fired(1);
  expect(await store().outcome(first)).toBeUndefined();
  await store().note(first, outcome('retrying', 1));
  await store().note(first, outcome('retrying', 2));
  await store().note(second, outcome('given up', 1));
  expect(await store().outcome(first)).toEqual(outcome('retrying', 2));
  expect(await store().outcome(second)).toEqual(outcome('given up', 1));
});

test.each(['delivered', 'given up'] as const)('%s is a final outcome', async (result) => {
  const [first] = await fired(2);
  await store().note(first, outcome(result, 1));
  await store().note(first, outcome('retrying', 2));
  expect(await store().outcome(first)).toEqual(outcome(result, 1));
});

test('an expired row is not written again', async () => {
  const [first] = await fired(3, false);
  expect(await store().outcome(first)).toBeUndefined();
  await store().note(first, outcome('delivered', 1));
  const Key = rowOfWebhook(first);
  const { Item } = await client.send(new GetCommand({ TableName: own.env.HISTORY_TABLE, Key }));
  expect(Item).toBeUndefined();
});

test('a write that meets a transaction is retried', async () => {
  const [first] = await fired(4);
  let conflicts = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === 'UpdateItemCommand' && conflicts++ < 2) {
          throw new TransactionConflictException({ message: 'conflict', $metadata: {} });
        }
        return next(args);
      },
    { step: 'initialize' },
  );
  await store().note(first, outcome('delivered', 1));
  expect(conflicts).toBe(3);
  expect(await store().outcome(first)).toEqual(outcome('delivered', 1));
});
