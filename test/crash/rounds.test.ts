/** A round whose process dies between any two of its steps, or that is delivered twice. */
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloud, idsOf, ok } from './cloud.ts';
import { type How, hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

let prometheus: Server;
let url: string;

beforeAll(async () => {
  const data = { resultType: 'vector', result: [{ metric: {}, value: [0, '5'] }] };
  prometheus = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ status: 'success', data }));
  });
  await new Promise<void>((done) => prometheus.listen(0, '127.0.0.1', done));
  const address = prometheus.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => prometheus?.close());

/** A world with an alarm that the stand-in's answer raises, and whose round is planned. */
async function planned(world: World, more: object = {}): Promise<string> {
  const body = {
    ...{ name: 'n', type: 'prometheus', ...more },
    prometheus_rule: { query: 'up', threshold: 1, comparison_operator: 'gt' },
    alarm_actions: ['http://receiver.test/'],
  };
  const made = ok(await world.request({ method: 'POST', path: '/alarming/v2/alarms', body }));
  await world.plan(new Date().toISOString());
  return String(Object(made).alarm_id);
}

async function evaluateAll(world: World): Promise<void> {
  for (let outcome = await world.evaluateRound(); outcome; outcome = await world.evaluateRound());
  await world.sweep();
}

test('an evaluation begins the round, writes the firing, queues the webhook, publishes, marks and notes it, in this order', async () => {
  await using world = await makeWorld({ PROMETHEUS_URL: url });
  const alarm = await planned(world);
  const outcome = await world.evaluateRound();
  expect(outcome).toMatchObject({
    kind: 'done',
    calls: [
      ...['UpdateItem', 'TransactWriteItems', 'SendMessageBatch', 'PublishBatch'],
      ...['BatchExecuteStatement', 'BatchExecuteStatement'],
    ],
  });
  expect(idsOf(await world.received()).map((id) => id.split(' ')[0])).toEqual([alarm]);
  const path = `/alarming/v2/alarms/${alarm}`;
  expect(ok(await world.request({ method: 'GET', path }))).toMatchObject({ state: 'alarm' });
});

test.each(
  hows.flatMap((how) => [1, 2, 3, 4, 5, 6].map((at): { at: number; how: How } => ({ at, how }))),
)('when call $at of an evaluation $how, the alarm is notified', async ({ at, how }) => {
  await using world = await makeWorld({ PROMETHEUS_URL: url });
  const alarm = await planned(world);
  await world.evaluateRound({ at, how });
  await evaluateAll(world);
  const ids = idsOf(await world.received());
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toContain(alarm);
  // A repeat is possible only after a crash, or a lost answer, between publication and mark.
  expect(ids.length).toBeLessThanOrEqual(at >= 4 ? 2 : 1);
});

test('a round that is planned twice, of an alarm that repeats its actions, notifies once', async () => {
  await using world = await makeWorld({ PROMETHEUS_URL: url });
  await planned(world, { repeat_actions: true });
  await world.plan(new Date().toISOString());
  await evaluateAll(world);
  const ids = idsOf(await world.received());
  expect(new Set(ids).size).toBe(ids.length);
  // The two plans may be of two minutes.
  expect(ids.length).toBeLessThanOrEqual(2);
});

test('an event does not change a periodic alarm, and a round does not change an event alarm', async () => {
  await using world = await makeWorld({ PROMETHEUS_URL: url });
  const nova = cloud(world);
  const event = await nova.alarm(undefined, { event_rule: { event_type: '*' } });
  const periodic = await planned(world);
  const stateOf = async (id: string) => {
    const path = `/alarming/v2/alarms/${id}`;
    return Object(ok(await world.request({ method: 'GET', path }))).state;
  };
  await evaluateAll(world);
  expect([await stateOf(event), await stateOf(periodic)]).toEqual(['insufficient data', 'alarm']);
});

test('what a round fires during a silence is notified once, at its end', async () => {
  await using world = await makeWorld({ PROMETHEUS_URL: url });
  const body = {
    matchers: {},
    ends_at: new Date(Date.now() + 60_000).toISOString(),
    reason: 'work',
  };
  ok(await world.request({ method: 'POST', path: '/doctor/v1/silences', body }));
  const alarm = await planned(world);
  const outcome = await world.evaluateRound();
  expect('calls' in Object(outcome) && Object(outcome).calls).toEqual([
    'UpdateItem',
    'TransactWriteItems',
  ]);
  await world.sweep(undefined, 50);
  expect(await world.received()).toEqual([]);
  for (const minutes of [3, 4]) await world.sweep(undefined, minutes * 60);
  expect(idsOf(await world.received()).map((id) => id.split(' ')[0])).toEqual([alarm]);
});
