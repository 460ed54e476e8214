/** Alarms that events raise and clear: copies of both lanes, rivals and crashes, in any order. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { type DoctorEvent, instanceEvent } from '../../domain/events/event.ts';
import { cloud, idsOf, ok, project } from './cloud.ts';
import type { How } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

const state = (value: string) => ({ field: 'traits.state', op: 'eq', type: 'string', value });
const event_type = 'compute.instance.update';

/** An instance that stops, starts, stops …, its events, and an alarm that these raise and clear. */
async function flapping(world: World, states: readonly string[]) {
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  await world.recover();
  const alarm = await nova.alarm(uuid, {
    resource_id: uuid,
    state: 'ok',
    event_rule: {
      event_type,
      query: [state('stopped')],
      clear: { event_type, query: [state('active')] },
    },
  });
  const events: DoctorEvent[] = [];
  for (const vm_state of states) {
    ok(await nova.server(uuid, 'h', { vm_state }));
    const row = await nova.row(uuid);
    if (row) events.push(instanceEvent(row));
  }
  return { alarm, events };
}

/** Runs an evaluator on one message with these events, not on the queue. */
const evaluate = (world: World, ...events: readonly DoctorEvent[]) =>
  world.run({ name: 'alarm-evaluator', event: messageOf(events) });

function messageOf(events: readonly DoctorEvent[]) {
  const attributes = {
    ...{ ApproximateReceiveCount: '1', SentTimestamp: '0', SenderId: 'test' },
    ApproximateFirstReceiveTimestamp: '0',
  };
  const record = {
    ...{ messageId: 'm', receiptHandle: 'm', body: JSON.stringify({ events, attempts: 0 }) },
    ...{ attributes, messageAttributes: {}, md5OfBody: '', eventSource: 'aws:sqs' },
    ...{ eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:own', awsRegion: 'us-east-1' },
  };
  return { Records: [record] };
}

const received = async (world: World): Promise<string[]> =>
  (await world.received()).map(({ previous, current }) => `${previous}→${current}`);
const stateOf = async (world: World, alarm: string) =>
  ok(await world.request({ path: `/alarming/v2/alarms/${alarm}/state` }));

test('raising and clearing events are notified in order, and late copies of both send no notification', async () => {
  await using world = await makeWorld();
  const { alarm, events } = await flapping(world, ['stopped', 'active', 'stopped', 'active']);
  for (const event of events) await evaluate(world, event);
  expect(await received(world)).toEqual(['ok→alarm', 'alarm→ok', 'ok→alarm', 'alarm→ok']);
  // Both lanes of all four are still in the queue.
  await world.recover();
  expect(await received(world)).toEqual([]);
  expect(await stateOf(world, alarm)).toBe('ok');
});

const Records = z.array(
  z.object({
    type: z.string(),
    detail: z
      .string()
      .transform((text) => z.looseObject({ state: z.string() }).parse(JSON.parse(text))),
    user_id: z.string(),
    project_id: z.string(),
    on_behalf_of: z.string(),
  }),
);

test('the history shows each notification with its reason and user, and no noted rows', async () => {
  await using world = await makeWorld();
  const { alarm, events } = await flapping(world, ['stopped', 'active']);
  for (const event of events)
    await evaluate(world, event, { ...event, message_id: `again ${event.message_id}` });
  await world.recover();
  const path = `/alarming/v2/alarms/${alarm}/history`;
  const records = Records.parse(ok(await world.request({ path })));
  expect(records.map(({ type, detail }) => `${type} ${detail.state}`)).toEqual([
    ...['state transition ok', 'state transition alarm', 'creation ok'],
  ]);
  expect(records[0]?.detail.transition_reason).toMatch(/ hits the clear query /);
  expect(records[1]).toMatchObject({ project_id: project, on_behalf_of: project });
  expect(records[1]?.user_id).toBe(records[2]?.user_id);
});

test.each([
  { order: [1, 0], notified: ['ok→ok'], ends: 'ok' },
  { order: [2, 1, 0], notified: ['ok→alarm'], ends: 'alarm' },
  { order: [0, 2, 1], notified: ['ok→alarm', 'alarm→alarm'], ends: 'alarm' },
  { order: [0, 3, 2, 1], notified: ['ok→alarm', 'alarm→ok'], ends: 'ok' },
])('arriving in the order $order the alarm ends in $ends', async ({ order, notified, ends }) => {
  await using world = await makeWorld();
  const states = ['stopped', 'active', 'stopped', 'active'].slice(0, order.length);
  const { alarm, events } = await flapping(world, states);
  for (const n of order) {
    const event = events[n];
    if (event) await evaluate(world, event);
  }
  expect(await received(world)).toEqual(notified);
  await world.recover();
  expect(await received(world)).toEqual([]);
  expect(await stateOf(world, alarm)).toBe(ends);
});

test('rivals that evaluate the same events at once notify each at most once, and the last state is true', async () => {
  await using world = await makeWorld();
  const { alarm, events } = await flapping(world, ['stopped', 'active', 'stopped']);
  const [first = [], second = []] = [events.slice(0, 2), events.slice(1)];
  const outcomes = await Promise.all([
    evaluate(world, ...events),
    evaluate(world, ...second),
    evaluate(world, ...first),
    ...events.toReversed().map((event) => evaluate(world, event)),
  ]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(outcomes.map(() => 'done'));
  await world.recover();
  const all = await world.received();
  expect(new Set(idsOf(all)).size).toBe(all.length);
  expect(all.at(-1)).toBeDefined();
  expect(await stateOf(world, alarm)).toBe('alarm');
});

const hows: readonly How[] = ['fails', 'succeeds without saying so', 'is the last thing done'];
const calls = [
  [1, 'the firing'],
  [2, 'the notification'],
  [3, 'the mark'],
] as const;

test.each(calls.flatMap(([at, what]) => hows.map((how) => ({ at, what, how }))))(
  'when writing $what $how, the alarm is cleared all the same, and its owner notified with one id',
  async ({ at, how }) => {
    await using world = await makeWorld();
    const { alarm, events } = await flapping(world, ['stopped', 'active']);
    const [raised, cleared] = events;
    if (!raised || !cleared) throw new Error('no events');
    await evaluate(world, raised);
    expect(await received(world)).toEqual(['ok→alarm']);
    await world.run({ name: 'alarm-evaluator', event: messageOf([cleared]) }, { at, how });
    await world.recover();
    const all = await world.received();
    expect(new Set(idsOf(all)).size).toBe(1);
    expect(all[0]).toMatchObject({ previous: 'alarm', current: 'ok' });
    expect(await stateOf(world, alarm)).toBe('ok');
  },
);
