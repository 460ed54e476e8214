import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { deadLetters } from '../../adapters/queues/dead-letters.ts';
import { eventQueue, eventQueues } from '../../adapters/queues/events.ts';
import { faultQueue } from '../../adapters/queues/faults.ts';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { DeadLetter, EventMessage, FinishMessage } from '../../domain/events/messages.ts';
import { eventWith } from '../domain/events/events.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { sqs } from '../stack/stack.ts';
import { answered, disturb } from './disturb.ts';

let own: OwnThings;
let client = sqs();
beforeAll(async () => {
  own = await ownThings();
});
afterEach(() => {
  client.destroy();
  client = sqs();
});
afterAll(() => own.cleanup());

const eventsOf = (count: number, text = 'x'): DoctorEvent[] =>
  Array.from({ length: count }, (_, n) => ({
    ...eventWith(['name', 1, text]),
    message_id: `e-${n}`,
  }));
const Batch = z.object({
  Entries: z.array(z.object({ MessageBody: z.string(), DelaySeconds: z.number() })),
});
const entriesOf = (input: object) => Batch.parse(input).Entries;
const bytesOf = (input: object) =>
  entriesOf(input).reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
/** The events that the batches hold, a list for each message. */
const messagesOf = (inputs: readonly object[]) =>
  inputs.flatMap(entriesOf).map(({ MessageBody }) => EventMessage.parse(JSON.parse(MessageBody)));
const idsOf = (inputs: readonly object[]) =>
  messagesOf(inputs).flatMap(({ events }) => events.map(({ message_id }) => message_id));
async function received(queue: 'EVENT_QUEUE_URL' | 'EVENT_DLQ_URL' | 'FAULT_QUEUE_URL') {
  const { Messages: [message] = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: own.env[queue], WaitTimeSeconds: 2 }),
  );
  return JSON.parse(message?.Body ?? 'null');
}
const send = (events: DoctorEvent[], options = {}) =>
  eventQueue(client, own.env.EVENT_QUEUE_URL).sendEvents(events, options);

test('events travel in messages of at most fifty that share them evenly, in their order, none lost', async () => {
  const batches = disturb({ sqs: client }, 'SendMessageBatch');
  const events = eventsOf(120);
  await send(events, { attempts: 2, delaySeconds: 7 });
  expect(messagesOf(batches).map(({ events: of, attempts }) => [of.length, attempts])).toEqual([
    ...[
      [40, 2],
      [40, 2],
      [40, 2],
    ],
  ]);
  expect(idsOf(batches)).toEqual(events.map(({ message_id }) => message_id));
  expect(batches.flatMap(entriesOf).map(({ DelaySeconds }) => DelaySeconds)).toEqual([7, 7, 7]);
});

test('received events are equal to the sent ones', async () => {
  const [event = eventWith()] = eventsOf(1, 'ä\ufffe\u0001"\\');
  await send([event]);
  expect(EventMessage.parse(await received('EVENT_QUEUE_URL'))).toEqual({
    events: [event],
    attempts: 0,
    lane: 'fault',
  });
});

const ofProjects = (...projects: string[]): DoctorEvent[] =>
  projects.map((project, n) => ({
    ...eventWith(['project_id', 1, project]),
    message_id: `e-${n}`,
  }));
const Groups = z.object({ Entries: z.array(z.object({ MessageGroupId: z.string().optional() })) });
const groupsOf = (inputs: readonly object[]) =>
  inputs.flatMap((input) => Groups.parse(input).Entries.map((entry) => entry.MessageGroupId));

test('events from outside travel in messages of one project, which is their group', async () => {
  const batches = disturb({ sqs: client }, 'SendMessageBatch');
  const { BULK_QUEUE_URL: bulk, WIDE_QUEUE_URL: wide } = own.env;
  const { sendEvents } = eventQueues(client, { bulk, wide });
  const rest = { of: 'wide', after: 'a-3' } as const;
  await sendEvents(ofProjects('a', 'b', 'a', 'ü'), { lane: 'bulk' });
  await sendEvents(ofProjects('a'), { lane: 'wide', rest });
  expect(messagesOf(batches)).toMatchObject([
    { lane: 'bulk', events: [{ message_id: 'e-0' }, { message_id: 'e-2' }] },
    { lane: 'bulk', events: [{ message_id: 'e-1' }] },
    { lane: 'bulk', events: [{ message_id: 'e-3' }] },
    { lane: 'wide', rest, events: [{ message_id: 'e-0' }] },
  ]);
  const [a, b, other, again] = groupsOf(batches);
  expect(again).toBe(a);
  expect(new Set([a, b, other]).size).toBe(3);
  expect([a, b, other]).toEqual(Array(3).fill(expect.stringMatching(/^[0-9a-f]{64}$/)));
});

test('events of one fault travel together, and are of a group if they are of one project', async () => {
  const batches = disturb({ sqs: client }, 'SendMessageBatch');
  await send([...ofProjects('a'), eventWith()]);
  await send(ofProjects('a', 'b'));
  expect(messagesOf(batches).map(({ events }) => events.length)).toEqual([2, 2]);
  expect(groupsOf(batches)).toEqual([expect.any(String), undefined]);
});

test('a lane that a function has no queue of is refused', async () => {
  await expect(
    eventQueues(client, { fault: own.env.EVENT_QUEUE_URL }).sendEvents(ofProjects('a'), {
      lane: 'bulk',
    }),
  ).rejects.toThrow('no queue for the lane bulk');
});

test('each event has its own message, if that is requested', async () => {
  const batches = disturb({ sqs: client }, 'SendMessageBatch');
  await send(eventsOf(12), { perMessage: 1 });
  expect(messagesOf(batches).map(({ events }) => events.length)).toEqual(Array(12).fill(1));
  expect(batches.map((batch) => entriesOf(batch).length)).toEqual([10, 2]);
});

test.each([
  ['large', 60_000, 'x'],
  ['of more bytes than characters', 30_000, 'ä'],
  ['written with escapes', 30_000, '"'],
])('no message and no batch is larger than SQS takes, with events %s', async (_, length, of) => {
  const batches = disturb({ sqs: client }, 'SendMessageBatch');
  await send(eventsOf(30, of.repeat(length)));
  for (const batch of batches) expect(bytesOf(batch)).toBeLessThanOrEqual(262_144);
  expect(idsOf(batches).sort()).toEqual(
    eventsOf(30)
      .map(({ message_id }) => message_id)
      .sort(),
  );
});

const failed = (...ids: string[]) =>
  answered({ Failed: ids.map((Id) => ({ Id, Code: 'InternalError', SenderFault: false })) });

test('only the entries of a batch that failed are sent again', async () => {
  const batches = disturb({ sqs: client }, 'SendMessageBatch', failed('1', '3'), failed('0'));
  await send(eventsOf(4), { perMessage: 1 });
  expect(batches.map((batch) => idsOf([batch]))).toEqual([
    ['e-0', 'e-1', 'e-2', 'e-3'],
    ['e-1', 'e-3'],
    ['e-1'],
  ]);
});

test('an entry that fails three times throws, because it was not sent', async () => {
  disturb({ sqs: client }, 'SendMessageBatch', failed('0'), failed('0'), failed('0'));
  await expect(send(eventsOf(1))).rejects.toThrow(/refused/);
});

test('nothing to send is no call', async () => {
  const batches = disturb({ sqs: client }, 'SendMessageBatch');
  await send([]);
  expect(batches).toEqual([]);
});

test('the finishing of a fault is queued once for each delay', async () => {
  const batches = disturb({ sqs: client }, 'SendMessageBatch');
  const fault = { host: 'compute-1', number: 3, of: 'instances' } as const;
  await faultQueue(client, own.env.FAULT_QUEUE_URL).sendFinish([fault], [0, 900]);
  const sent = batches.flatMap(entriesOf);
  expect(sent.map(({ DelaySeconds }) => DelaySeconds)).toEqual([0, 900]);
  expect(FinishMessage.parse(await received('FAULT_QUEUE_URL'))).toEqual(fault);
});

const deadLetter = (reason: string, element: unknown) =>
  deadLetters(client, own.env.EVENT_DLQ_URL).deadLetter([{ reason, element }]);

test('a dead letter has its reason', async () => {
  await deadLetter('because', { a: 1 });
  expect(DeadLetter.parse(await received('EVENT_DLQ_URL'))).toEqual({
    ...{ reason: 'because', element: { a: 1 } },
  });
});

test.each([
  ['element', 'because', 'x'.repeat(1_000_000)],
  ['element of quotes', 'because', Array(100_000).fill('"')],
  ['element of many bytes', 'because', '漢'.repeat(300_000)],
  ['reason', 'because '.repeat(100_000), 'x'],
])('a dead letter that is too large for a message is cut: its %s', async (_, reason, element) => {
  const batches = disturb({ sqs: client }, 'SendMessageBatch');
  await deadLetter(reason, element);
  for (const batch of batches) expect(bytesOf(batch)).toBeLessThanOrEqual(262_144);
  const letter = DeadLetter.parse(JSON.parse(batches.flatMap(entriesOf)[0]?.MessageBody ?? ''));
  expect(letter.reason).toMatch(/^because/);
});
