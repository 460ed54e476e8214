/** A test of an alarm while its function fails or dies: a repeat sends one message more, and nothing is left. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type Receiver, receiver } from '../adapters/delivery/receiver.ts';
import { cloud, ok } from './cloud.ts';
import { hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

// All cases share a world: each has an alarm of its own, and leaves no message.
let world: World & AsyncDisposable;
let hook: Receiver;
beforeAll(async () => {
  [world, hook] = await Promise.all([makeWorld({ ALARM_TESTS_PER_PROJECT: '100' }), receiver()]);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
  await hook[Symbol.asyncDispose]();
});

const newAlarm = (): Promise<string> =>
  cloud(world).alarm(undefined, {
    alarm_actions: [`${hook.url}/`],
    event_rule: { event_type: 'switch.*' },
  });

const requestOf = (alarm: string) =>
  ({ method: 'POST', path: `/doctor/v1/alarms/${alarm}/test` }) as const;

const Posted = z.object({ alarm_id: z.string(), test: z.literal(true) });

/** Does all queued work, sweeps, and returns how often each way brought a test of the alarm in all. */
function arrivals(alarm: string) {
  let published = 0;
  return async () => {
    while (await world.evaluate());
    expect((await world.sweep()).kind).toBe('done');
    while (await world.send());
    const received = await world.received();
    expect(received.every(({ alarm_id, test: mark }) => alarm_id === alarm && mark === true)).toBe(
      true,
    );
    published += received.length;
    const posts = hook.received.map(({ body }) => Posted.parse(JSON.parse(body)));
    return { published, posted: posts.filter(({ alarm_id }) => alarm_id === alarm).length };
  };
}

test('a test makes these calls and no others', async () => {
  const alarm = await newAlarm();
  expect(await world.request(requestOf(alarm))).toMatchObject({
    // The count of the minute, the row of the test, and its message.
    calls: ['UpdateItem', 'PutItem', 'SendMessageBatch'],
  });
  expect(await world.evaluate()).toMatchObject({
    // The webhooks, the publication, and the mark.
    calls: ['SendMessageBatch', 'PublishBatch', 'BatchExecuteStatement'],
  });
  expect(await arrivals(alarm)()).toEqual({ published: 1, posted: 1 });
});

/** The alarm has its creation in its history, and nothing else happened to it. */
async function expectUntouched(alarm: string): Promise<void> {
  const history = ok(await world.request({ path: `/alarming/v2/alarms/${alarm}/history` }));
  expect(history).toMatchObject([{ type: 'creation' }]);
}

test.each(hows.map((how) => ({ at: 3, how })))(
  'when call $at of the request for a test, its message, $how, it is sent once or not at all, and a repeat sends one more',
  async ({ at, how }) => {
    const alarm = await newAlarm();
    const arrived = arrivals(alarm);
    await world.request(requestOf(alarm), { at, how });
    const times = how === 'fails' ? 0 : 1;
    expect(await arrived()).toEqual({ published: times, posted: times });
    ok(await world.request(requestOf(alarm)));
    const both = { published: times + 1, posted: times + 1 };
    expect(await arrived()).toEqual(both);
    expect(await arrived()).toEqual(both);
    await expectUntouched(alarm);
  },
);

test.each([1, 2, 3].flatMap((at) => hows.map((how) => ({ at, how }))))(
  'when call $at of sending a test $how, the next delivery sends it, at most a second time',
  async ({ at, how }) => {
    const alarm = await newAlarm();
    const arrived = arrivals(alarm);
    ok(await world.request(requestOf(alarm)));
    await world.evaluate({ at, how });
    // Published, and not marked: a repeat has the same id.
    const isRepeated = (at === 2 && how !== 'fails') || (at === 3 && how === 'fails');
    const { published, posted } = await arrived();
    expect(posted).toBe(1);
    expect(published).toBe(isRepeated ? 2 : 1);
    expect(await arrived()).toEqual({ published, posted });
    await expectUntouched(alarm);
  },
);
