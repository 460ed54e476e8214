/**
 * Alarms on events that do not come. Arming, firing and arming again are interrupted at each write
 * and send.
 */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { laterBy } from '../../domain/time.ts';
import { queued } from '../functions/consumers/lambda.ts';
import { ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

const alarms = '/alarming/v2/alarms';
const rule = { event_type: 'backup.done', timeout: 60 };
const least = { name: 'n', type: 'event', project_id: 'p', event_rule: rule };
const Shown = z.looseObject({ alarm_id: z.uuid(), state: z.string() });

const file = (world: World, d?: Disturbance) =>
  world.request({ method: 'POST', path: alarms, body: least }, d);
const filed = async (world: World) => Shown.parse(ok(await file(world))).alarm_id;
const put = (world: World, id: string, given: object, d?: Disturbance) => {
  const body = { ...least, ...given };
  return world.request({ method: 'PUT', path: `${alarms}/${id}`, body }, d);
};
const stateOf = async (world: World, id: string) =>
  Shown.parse(ok(await world.request({ method: 'GET', path: `${alarms}/${id}` }))).state;

const soon = (seconds: number) => laterBy(new Date().toISOString(), seconds);
/** A tick as if this many seconds had passed: it finds what is due by then. */
const tick = (world: World, seconds: number, disturbance?: Disturbance) =>
  world.run({ name: 'timekeeper', event: { now: soon(seconds) } }, disturbance);

/** Runs the evaluator on the messages in the queue of timers. */
const evaluate = (world: World, disturbance?: Disturbance) => world.evaluateTimeouts(disturbance);

/** An event that matches, as the evaluator gets it from outside. */
const happens = (world: World, n: number, accepted_at: string, disturbance?: Disturbance) =>
  world.run(
    {
      name: 'alarm-evaluator',
      event: queued({
        body: {
          ...{ attempts: 0, lane: 'bulk' },
          events: [
            {
              ...{ message_id: `backup ${n}`, event_type: 'backup.done', accepted_at },
              ...{ generated: '2026-01-01T00:00:00', stamp: null, fault_id: null },
              traits: [['project_id', 1, 'p']],
            },
          ],
        },
      }),
    },
    disturbance,
  );

/**
 * How many notifications of the alarm's timeout arrived since the last call. Repeats with the same
 * id count once.
 */
async function timeouts(world: World, id: string): Promise<number> {
  while (await evaluate(world));
  await world.sweep();
  const its = (await world.received()).filter(
    ({ alarm_id, reason }) => alarm_id === id && reason === 'timeout',
  );
  return new Set(its.map(({ notification_id }) => notification_id)).size;
}

test('arming and firing make the listed writes and sends, and no others', async () => {
  await using world = await makeWorld();
  const id = await filed(world);
  const quiet = await tick(world, 50);
  expect('calls' in quiet && quiet.calls).not.toContain('SendMessageBatch');
  const notes = ['UpdateItem', 'BatchExecuteStatement'];
  const firing = ['TransactWriteItems', 'PublishBatch', 'BatchExecuteStatement', ...notes];
  const kept = 'BatchExecuteStatement';
  const calls = ['UpdateItem', ...firing, kept];
  expect(await happens(world, 1, soon(5))).toMatchObject({ calls });
  expect(await happens(world, 2, soon(10))).toMatchObject({ calls: ['UpdateItem', kept] });
  expect(await happens(world, 2, soon(10))).toMatchObject({ calls: [kept] });
  const due = await tick(world, 65);
  const handed = ['SendMessageBatch', 'BatchExecuteStatement'];
  expect('calls' in due && due.calls.filter((call) => handed.includes(call))).toEqual(handed);
  expect(await evaluate(world)).toMatchObject({ calls: ['TransactWriteItems'] });
  expect(await stateOf(world, id)).toBe('alarm');
  await tick(world, 75);
  expect(await evaluate(world)).toMatchObject({ calls: firing });
  expect(await stateOf(world, id)).toBe('insufficient data');
  const again = await happens(world, 3, soon(100));
  expect(again).toMatchObject({ calls: ['TransactWriteItems', ...firing, kept] });
});

for (const how of hows) {
  test(`when a write or send on the way of a timeout ${how}, the owner is notified of it once`, async () => {
    await using world = await makeWorld();
    await file(world, { at: 1, how });
    const id = await filed(world);
    // The calls of a tick run at the same time, so any of them may be the first.
    for (const at of [1, 2, 3]) await tick(world, 62, { at, how });
    await tick(world, 65);
    for (const at of [1, 2, 3]) await evaluate(world, { at, how });
    expect(await timeouts(world, id)).toBe(1);
    expect(await stateOf(world, id)).toBe('insufficient data');
    await tick(world, 500);
    expect(await timeouts(world, id)).toBe(0);
  });

  test(`when the arming by an event or a change ${how}, the alarm fires once, as it was armed last`, async () => {
    await using world = await makeWorld();
    const id = await filed(world);
    const accepted = soon(20);
    for (const at of [1, 2]) await happens(world, 1, accepted, { at, how });
    await happens(world, 1, accepted);
    await tick(world, 65);
    await evaluate(world, { at: 1, how });
    expect(await timeouts(world, id)).toBe(0);
    await tick(world, 85);
    expect(await timeouts(world, id)).toBe(1);
    const event_rule = { ...rule, timeout: 600 };
    await put(world, id, { event_rule }, { at: 1, how });
    ok(await put(world, id, { event_rule }));
    await tick(world, 500);
    expect(await timeouts(world, id)).toBe(0);
    await tick(world, 603);
    expect(await timeouts(world, id)).toBe(1);
  });
}

test('an alarm that was disabled or deleted never fires, whatever was queued before', async () => {
  await using world = await makeWorld();
  const [disabled, deleted] = [await filed(world), await filed(world)];
  await tick(world, 62);
  ok(await put(world, disabled, { enabled: false }));
  ok(await world.request({ method: 'DELETE', path: `${alarms}/${deleted}` }));
  await tick(world, 200);
  expect(await timeouts(world, disabled)).toBe(0);
  expect(await timeouts(world, deleted)).toBe(0);
  ok(await put(world, disabled, {}));
  await tick(world, 62);
  expect(await timeouts(world, disabled)).toBe(1);
});
