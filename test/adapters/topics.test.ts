import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { actionTopics } from '../../adapters/delivery/action-topics.ts';
import { notifications } from '../../adapters/delivery/notifications.ts';
import { topicAudience } from '../../adapters/topic-audience.ts';
import { audit } from '../../adapters/topics.ts';
import { firingOf } from '../../domain/alarms/firing.ts';
import type { OutboxRow } from '../../domain/alarms/outbox-row.ts';
import { topicOf } from '../../domain/delivery/notification-topics.ts';
import { webhooksOf } from '../../domain/delivery/webhook.ts';
import { hostEvent } from '../../domain/events/event.ts';
import { alarmWith } from '../domain/alarms/alarms.ts';
import { eventWith } from '../domain/events/events.ts';
import { downHost, hostWith, id, minute } from '../domain/rows.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { sns } from '../stack/stack.ts';
import { answered, disturb, refused } from './disturb.ts';

let own: OwnThings;
let client = sns();
beforeAll(async () => {
  own = await ownThings();
});
afterEach(() => {
  client.destroy();
  client = sns();
});
afterAll(() => own.cleanup());

const topicsOf = ({ env }: OwnThings) => ({
  notifications: [env.NOTIFICATIONS_TOPIC_ARNS],
  groups: [env.GROUPS_TOPIC_ARNS],
});
const publish = (rows: readonly OutboxRow[]) => notifications(client, topicsOf(own)).publish(rows);
/** Rows of this many alarms on one event, with traits of this size. */
function rowsOf(count: number, { text = 'x', resource = 'vm-1' } = {}): OutboxRow[] {
  const event = eventWith(['resource_id', 1, resource], ['name', 1, text]);
  const alarms = Array.from({ length: count }, (_, n) => alarmWith({ alarm_id: id(n) }));
  return alarms.map(
    (alarm) => firingOf(alarm, event, { kind: 'notice', reason: '' }, minute(0)).row,
  );
}
const Attributes = z.record(
  z.string(),
  z.object({ DataType: z.string(), StringValue: z.string() }),
);
const Batch = z.object({
  PublishBatchRequestEntries: z.array(
    z.object({ Message: z.string(), MessageAttributes: Attributes }),
  ),
});
const entriesOf = (input: object) => Batch.parse(input).PublishBatchRequestEntries;
/**
 * The size in bytes of a batch, as SNS counts it: bodies, and the names, types and values of
 * attributes.
 */
const bytesOf = (input: object): number =>
  entriesOf(input).reduce((sum, { Message, MessageAttributes }) => {
    const texts = Object.entries(MessageAttributes).flatMap(([name, attribute]) => [
      name,
      ...Object.values(attribute),
    ]);
    return sum + Buffer.byteLength([Message, ...texts].join(''));
  }, 0);
const sizes = (inputs: readonly object[]) => inputs.map((input) => entriesOf(input).length);

test('the notifications of rows are published with their attributes, ten at a time', async () => {
  const batches = disturb({ sns: client }, 'PublishBatch');
  const rows = rowsOf(25);
  expect(await publish(rows)).toEqual(rows);
  expect(sizes(batches).sort()).toEqual([10, 10, 5]);
  const received = await own.notifications.receive(25);
  expect(received.map(({ body }) => body.alarm_id).sort()).toEqual(rows.map((row) => row.alarm_id));
  expect(received[0]?.attributes).toEqual({
    ...{ project_id: 'a', alarm_id: received[0]?.body.alarm_id, resource_id: 'vm-1' },
    ...{ severity: 'low', current: 'insufficient data', event_type: 'compute.instance.update' },
  });
});

test.each([
  ['bodies', { text: 'x'.repeat(60_000) }],
  ['bodies of more bytes than characters', { text: 'ä'.repeat(30_000) }],
  ['attributes', { resource: 'x'.repeat(30_000) }],
])('no batch is larger than SNS takes, however large its %s', async (_, large) => {
  const batches = disturb({ sns: client }, 'PublishBatch');
  const rows = rowsOf(9, large);
  expect(await publish(rows)).toHaveLength(9);
  for (const batch of batches) expect(bytesOf(batch)).toBeLessThanOrEqual(262_144);
  expect(sizes(batches).reduce((sum, size) => sum + size, 0)).toBe(9);
  await own.notifications.receive(9);
});

const secondFailed = { Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }] };

test('a message that the topic refuses is tried once more', async () => {
  const batches = disturb({ sns: client }, 'PublishBatch', answered(secondFailed));
  const rows = rowsOf(3);
  expect(await publish(rows)).toEqual(rows);
  expect(sizes(batches)).toEqual([3, 1]);
  await own.notifications.receive(4);
});

test('a message that is refused again does not count as published', async () => {
  const firstFailed = { Failed: [{ ...secondFailed.Failed[0], Id: '0' }] };
  disturb({ sns: client }, 'PublishBatch', answered(secondFailed), answered(firstFailed));
  const rows = rowsOf(3);
  expect(await publish(rows)).toEqual([rows[0], rows[2]]);
  await own.notifications.receive(4);
});

test('a second attempt that fails does not change what the first one published', async () => {
  const gone = refused(new Error('the connection is gone'));
  disturb({ sns: client }, 'PublishBatch', answered(secondFailed), gone);
  const rows = rowsOf(3);
  expect(await publish(rows)).toEqual([rows[0], rows[2]]);
  await own.notifications.receive(3);
});

test('a batch that fails does not affect other batches: their messages count as published', async () => {
  disturb({ sns: client }, 'PublishBatch', refused(new Error('the connection is gone')));
  const rows = rowsOf(25);
  expect(await publish(rows)).toEqual(rows.slice(10));
  await own.notifications.receive(15);
});

test('a topic that takes nothing at all is an error', async () => {
  disturb({ sns: client }, 'PublishBatch', refused(new Error('the topic is gone')));
  await expect(publish(rowsOf(3))).rejects.toThrow('the topic is gone');
});

test('the audit gets events whole, infrastructure included', async () => {
  const events = [hostEvent(hostWith()), hostEvent(downHost())];
  await audit(client, own.env.EVENTS_TOPIC_ARN).publishEvents(events);
  const received = await own.events.receive(2);
  const ids = received.map(({ body }) => body.message_id).sort();
  expect(ids).toEqual(events.map(({ message_id }) => message_id).sort());
  expect(received[0]?.attributes).toEqual({ event_type: received[0]?.body.event_type });
});

test('without a subscriber, nothing is published, and SNS is asked once a second', async () => {
  let now = 0;
  const batches = disturb({ sns: client }, 'PublishBatch');
  const none = answered({ Attributes: { SubscriptionsConfirmed: '0' } });
  const other = sns();
  const asked = disturb(
    { sns: other },
    'GetTopicAttributes',
    ...[none, none, answered({}), refused(new Error('the topic is gone'))],
  );
  const topic = own.env.EVENTS_TOPIC_ARN;
  const { publishEvents } = audit(
    client,
    topic,
    topicAudience(other, topic, () => now),
  );
  const audited: number[][] = [];
  for (const at of [0, 999, 1_000, 2_000, 61_999, 62_000]) {
    now = at;
    await publishEvents([hostEvent(hostWith())]);
    audited.push([asked.length, batches.length]);
  }
  expect(audited).toEqual([
    ...[
      [1, 0],
      [1, 0],
      [2, 0],
    ],
    // First there is a subscriber, then SNS once does not answer.
    ...[
      [3, 1],
      [3, 2],
      [4, 3],
    ],
  ]);
  await own.events.receive(3);
  other.destroy();
});

test('the audit of 25 events is three batches, two of them full', async () => {
  const batches = disturb({ sns: client }, 'PublishBatch');
  const events = Array.from({ length: 25 }, (_, n) => hostEvent(hostWith({ revision: n + 1 })));
  await audit(client, own.env.EVENTS_TOPIC_ARN).publishEvents(events);
  expect(sizes(batches)).toEqual([10, 10, 5]);
  await own.events.receive(25);
});

test('an audit message that is refused throws, so that the stream brings it again', async () => {
  const failed = answered({ Failed: [{ ...secondFailed.Failed[0], Id: '0' }] });
  disturb({ sns: client }, 'PublishBatch', failed, failed);
  const published = audit(client, own.env.EVENTS_TOPIC_ARN).publishEvents([hostEvent(hostWith())]);
  await expect(published).rejects.toThrow(/refused/);
  await own.events.receive(2);
});

test('an action that is a topic gets the same body as a URL', async () => {
  const topic = own.env.NOTIFICATIONS_TOPIC_ARNS;
  const [row] = rowsOf(1);
  const [webhook] = row ? webhooksOf({ ...row, actions: [topic] }) : [];
  if (!webhook) throw new Error('no webhook');
  const { publish } = actionTopics(client);
  expect(await publish(webhook)).toEqual({ kind: 'answered', status: 200 });
  const [received] = await own.notifications.receive(1);
  expect(received?.body).toEqual(webhook.body);
  expect(await publish({ ...webhook, action: `${topic}-gone` })).toMatchObject({
    ...{ kind: 'unanswered', reason: expect.stringContaining('SNS: ') },
  });
});

test('each project is notified on its own topic', async () => {
  const [first, second] = [own.env.NOTIFICATIONS_TOPIC_ARNS, own.env.EVENTS_TOPIC_ARN];
  const rows = rowsOf(1).flatMap((row) =>
    Array.from({ length: 8 }, (_, n) => ({ ...row, on_behalf_of: `p-${n}`, body: `{"n":${n}}` })),
  );
  const topics = [first, second];
  expect(
    (await notifications(client, { notifications: topics, groups: topics }).publish(rows)).length,
  ).toBe(8);
  const of = (topic: string) =>
    rows.flatMap(({ on_behalf_of }, n) => (topicOf(topics, on_behalf_of) === topic ? [n] : []));
  for (const [topic, { receive }] of [
    [first, own.notifications],
    [second, own.events],
  ] as const) {
    const numbers = (await receive(of(topic).length)).map(({ body }) => body.n);
    expect(numbers.sort()).toEqual(of(topic));
  }
});
