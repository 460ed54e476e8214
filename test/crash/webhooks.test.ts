/** The outcome of webhooks if a function fails on their way. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { eventQueue } from '../../adapters/queues/events.ts';
import { WebhookOutcome } from '../../domain/delivery/webhook.ts';
import { projectCounter } from '../../domain/delivery/webhook-minute.ts';
import { placeName, secondsAfter, shareOf } from '../../domain/delivery/webhook-place.ts';
import { receive } from '../../domain/events/outside-event.ts';
import { type Receiver, receiver } from '../adapters/delivery/receiver.ts';
import { dynamodb, sqs } from '../stack/stack.ts';
import { cloud } from './cloud.ts';
import { type How, hows } from './disturbance.ts';
import { makeWorld, type Outcome, type World } from './world.ts';

const traits = [['project_id', 1, 'tenant']];

/** Puts an event into the queue that fires an alarm with one action. Returns the alarm's id. */
async function raised(world: World, { url }: Receiver): Promise<string> {
  const rule = { alarm_actions: [`${url}/`], event_rule: { event_type: 'switch.*' } };
  const alarm_id = await cloud(world).alarm(undefined, rule);
  const now = new Date().toISOString();
  const element = { message_id: 'm', event_type: 'switch.down', traits };
  const received = receive(element, now);
  if (!received.ok) throw new Error(received.reason);
  await eventQueue(sqs(), world.things.env.EVENT_QUEUE_URL).sendEvents([received.event]);
  return alarm_id;
}

/** Sends the waiting webhooks, sweeps, and sends again until the action has been called. */
async function finish(world: World, alarm_id: string): Promise<void> {
  while (await world.evaluate());
  while (await world.send());
  await world.sweep();
  const deadline = Date.now() + 10_000;
  for (let delivered = false; !delivered && Date.now() < deadline; ) {
    while (await world.send());
    delivered = (await outcomesOf(world, alarm_id)).some(({ result }) => result === 'delivered');
    if (!delivered) await sleep(50);
  }
}

const Row = z.object({ webhooks: z.record(z.string(), WebhookOutcome) });

async function outcomesOf(world: World, alarm_id: string): Promise<WebhookOutcome[]> {
  const { Item } = await dynamodb().send(
    new GetCommand({
      TableName: world.things.env.HISTORY_TABLE,
      Key: { event_id: 'm', alarm_id },
    }),
  );
  return Object.values(Row.parse(Item).webhooks);
}

const requestIds = ({ received }: Receiver) =>
  new Set(received.map(({ headers }) => headers['x-openstack-request-id']));

test('an evaluation with webhooks, and sending them, makes these calls and no other', async () => {
  await using world = await makeWorld();
  await using flaky = await receiver((response, nth) => {
    response.writeHead(nth === 1 ? 500 : 200).end();
  });
  const alarm_id = await raised(world, flaky);
  expect(await world.evaluate()).toMatchObject({
    calls: [
      ...['TransactWriteItems', 'SendMessageBatch', 'PublishBatch', 'BatchExecuteStatement'],
      // The count of the minute, and rows in the feed of changes, for the project and for
      // administrators.
      ...['UpdateItem', 'BatchExecuteStatement'],
    ],
  });
  expect(await world.send()).toMatchObject({
    // The calls in order: the place is taken, the posts of the minute are counted (of project and
    // receiver), the retry is queued, the outcome is written, the place is given back, and the
    // minute is counted for operators.
    calls: [
      ...['PutItem', 'UpdateItem', 'UpdateItem', 'SendMessageBatch', 'UpdateItem', 'DeleteItem'],
      'UpdateItem',
    ],
  });
  expect(await outcomesOf(world, alarm_id)).toMatchObject([{ result: 'retrying', attempts: 1 }]);
  let sent: Outcome | undefined;
  while (!sent) sent = await world.send();
  expect(sent).toMatchObject({
    // As above, but no retry is queued.
    calls: ['PutItem', 'UpdateItem', 'UpdateItem', 'UpdateItem', 'DeleteItem', 'UpdateItem'],
  });
});

type Step = { readonly at: number; readonly what: string; readonly how: How };
const steps = (...whats: string[]): Step[] =>
  whats.flatMap((what, n) => hows.map((how) => ({ at: n + 1, what, how })));

test.each(steps('firings', 'webhooks', 'notifications', 'marks'))(
  'when writing the $what $how, the action is called once, and the subscriber notified as before',
  async ({ at, how }) => {
    await using world = await makeWorld();
    await using good = await receiver();
    const alarm_id = await raised(world, good);
    await world.evaluate({ at, how });
    await finish(world, alarm_id);
    expect(good.received).toHaveLength(1);
    expect(await outcomesOf(world, alarm_id)).toMatchObject([{ result: 'delivered' }]);
    const received = await world.received();
    expect(new Set(received.map(({ notification_id }) => notification_id)).size).toBe(1);
    await finish(world, alarm_id);
    expect(good.received).toHaveLength(1);
  },
);

test.each(hows.map((how) => ({ how, copies: how === 'fails' ? 2 : 1 })))(
  'when the note that it was taken $how, the action is called $copies times, with one request id',
  async ({ how, copies }) => {
    await using world = await makeWorld();
    await using good = await receiver();
    const alarm_id = await raised(world, good);
    await world.evaluate();
    await world.send({ at: 4, how });
    await finish(world, alarm_id);
    expect(good.received).toHaveLength(copies);
    expect(requestIds(good).size).toBe(1);
    expect(await outcomesOf(world, alarm_id)).toMatchObject([{ result: 'delivered' }]);
  },
);

test.each(steps('further try', 'note of the failure'))(
  'when the $what $how, it is tried again until it is taken, and no longer',
  async ({ at, how }) => {
    await using world = await makeWorld();
    await using flaky = await receiver((response, nth) => {
      response.writeHead(nth === 1 ? 500 : 200).end();
    });
    const alarm_id = await raised(world, flaky);
    await world.evaluate();
    // Taking the place and counting the posts of the minute are the first calls.
    await world.send({ at: at + 3, how });
    await finish(world, alarm_id);
    expect(flaky.received).toHaveLength(2);
    expect(requestIds(flaky).size).toBe(1);
    expect(await outcomesOf(world, alarm_id)).toMatchObject([{ result: 'delivered' }]);
  },
);

test.each([1, 2, 3, 5].flatMap((at) => hows.map((how) => ({ at, how }))))(
  'when write $at, of the place or of the posts of a minute, $how, the action is called, and its project can go on',
  async ({ at, how }) => {
    await using world = await makeWorld();
    await using good = await receiver();
    const alarm_id = await raised(world, good);
    await world.evaluate();
    await world.send({ at, how });
    await finish(world, alarm_id);
    expect(good.received).toHaveLength(1);
    expect(await outcomesOf(world, alarm_id)).toMatchObject([{ result: 'delivered' }]);
  },
);

test('a project with all its places taken has its action called later, and once', async () => {
  await using world = await makeWorld({ WEBHOOK_PLACES: '1' });
  await using good = await receiver();
  const place = {
    place: placeName('tenant', 0),
    ...{ holder: randomUUID(), hung: false, until: secondsAfter(new Date().toISOString(), 30) },
  };
  const TableName = world.things.env.PLACES_TABLE;
  await dynamodb().send(new PutCommand({ TableName, Item: place }));
  const alarm_id = await raised(world, good);
  await world.evaluate();
  // Beside taking the place, the posts of the receiver and the project are counted, and then
  // subtracted again.
  expect(await world.send()).toMatchObject({
    calls: ['PutItem', 'UpdateItem', 'UpdateItem', 'SendMessageBatch', 'UpdateItem', 'UpdateItem'],
  });
  expect(good.received).toEqual([]);
  await dynamodb().send(new DeleteCommand({ TableName, Key: { place: place.place } }));
  await finish(world, alarm_id);
  expect(good.received).toHaveLength(1);
});

test('a project with all its places for retries taken has its retry queued for later', async () => {
  await using world = await makeWorld({ WEBHOOK_PLACES: '1' });
  await using down = await receiver((response) => {
    response.writeHead(500).end();
  });
  await raised(world, down);
  await world.evaluate();
  await world.send();
  const row = {
    place: placeName(shareOf({ lane: 'later', project_id: 'tenant' }), 0),
    ...{ holder: randomUUID(), hung: false, until: secondsAfter(new Date().toISOString(), 30) },
  };
  await dynamodb().send(new PutCommand({ TableName: world.things.env.PLACES_TABLE, Item: row }));
  let sent: Outcome | undefined;
  while (!sent) sent = await world.send();
  expect(sent).toMatchObject({ calls: ['PutItem', 'SendMessageBatch'] });
  expect(down.received).toHaveLength(1);
  expect(await waiting(world)).toBe(1);
});

const withoutPlace = hows.flatMap((how) => [
  { what: 'counting its post', at: 2, how },
  { what: 'queueing a webhook for later', at: 4, how },
  { what: 'taking its post off the count', at: 5, how },
]);

test.each(withoutPlace)('when $what $how, the action is called once', async ({ at, how }) => {
  await using world = await makeWorld({ WEBHOOK_PLACES: '1' });
  await using good = await receiver();
  const place = {
    place: placeName('tenant', 0),
    ...{ holder: randomUUID(), hung: true, until: secondsAfter(new Date().toISOString(), 30) },
  };
  await dynamodb().send(new PutCommand({ TableName: world.things.env.PLACES_TABLE, Item: place }));
  const alarm_id = await raised(world, good);
  await world.evaluate();
  await world.send({ at, how });
  await finish(world, alarm_id);
  expect(good.received).toHaveLength(1);
});

const Attributes = z.record(z.string(), z.string());

/** The number of webhooks in the queue of retries, delayed ones included. */
async function waiting(world: World): Promise<number> {
  const { Attributes: found } = await sqs().send(
    new GetQueueAttributesCommand({
      QueueUrl: world.things.env.WEBHOOK_RETRY_QUEUE_URL,
      AttributeNames: ['All'],
    }),
  );
  const counts = Attributes.parse(found);
  return ['', 'Delayed', 'NotVisible']
    .map((state) => Number(counts[`ApproximateNumberOfMessages${state}`]))
    .reduce((sum, count) => sum + count);
}

test.each(['goes well' as const, ...hows])(
  'when queueing a webhook without room in this minute %s, it is neither posted nor lost',
  async (how) => {
    await using world = await makeWorld({
      ...{ WEBHOOK_POSTS_PER_PROJECT: '1', WEBHOOK_POSTS_PER_RECEIVER: '0' },
    });
    await using good = await receiver();
    // This minute and the next one are full.
    const began = new Date().toISOString();
    for (const seconds of [0, 60]) {
      const now = secondsAfter(began, seconds);
      const limits = { perReceiver: 0, perProject: 1 };
      const counter = projectCounter({ project_id: 'tenant' }, limits, now);
      await dynamodb().send(
        new PutCommand({
          TableName: world.things.env.PLACES_TABLE,
          Item: { place: counter?.key, posts: 1 },
        }),
      );
    }
    await raised(world, good);
    await world.evaluate();
    // The calls in order: the place, the count, and then the queue.
    await world.send(how === 'goes well' ? undefined : { at: 3, how });
    while (await world.send());
    expect(good.received).toEqual([]);
    expect(await waiting(world)).toBe(how === 'fails' || how === 'goes well' ? 1 : 2);
  },
);

test.each(hows)(
  'when the write that its alarm was deleted %s, a webhook still gets no further attempt',
  async (how) => {
    await using world = await makeWorld();
    await using failing = await receiver((response) => {
      response.writeHead(500).end();
    });
    const alarm_id = await raised(world, failing);
    await world.evaluate();
    await world.send();
    await world.request({ method: 'DELETE', path: `/alarming/v2/alarms/${alarm_id}` });
    let sent: Outcome | undefined;
    while (!sent) sent = await world.send({ at: 1, how });
    const dropped = async () =>
      (await outcomesOf(world, alarm_id)).every(({ result }) => result === 'dropped');
    const deadline = Date.now() + 10_000;
    while (!(await dropped()) && Date.now() < deadline) {
      await world.send();
      await sleep(50);
    }
    expect(failing.received).toHaveLength(1);
    expect(await outcomesOf(world, alarm_id)).toMatchObject([{ result: 'dropped', attempts: 1 }]);
  },
);
