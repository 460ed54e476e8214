import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mostInReport } from '../../flows/write-report.ts';
import { isTokenCheck } from '../stack/own-tables.ts';
import { login } from '../stack/stack.ts';
import { answerOf, cloud, expectStopped, idsOf, ok } from './cloud.ts';
import { counting, seedServers } from './costs.ts';
import { hows } from './disturbance.ts';
import { makeWorld } from './world.ts';

const few = 2;
const more = mostInReport + 1;

/**
 * The steps of a report on a host with this many instances; `at` counts its writes and sends.
 * `failed`: an earlier write that fails.
 */
const cases = [
  { size: few, at: 1, step: 'the events, sent beside host, fault and instances' },
  { size: few, at: 2, step: 'host, fault and instances' },
  { size: more, at: 1, step: 'the first events, sent beside host, fault and the first instances' },
  { size: more, at: 2, step: 'host, fault and the first instances' },
  { size: more, at: 3, step: 'the other instances' },
  { size: more, at: 4, step: 'the events of the others' },
  {
    size: few,
    failed: 2,
    at: 3,
    step: 'host and fault alone, after they could not be with others,',
  },
  { size: few, failed: 2, at: 4, step: 'the instances after the host' },
  { size: few, failed: 2, at: 5, step: 'the events after the instances' },
];

test('the report of a few instances is one write and one send', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  await nova.servers('h', few);
  const costs: Record<string, number> = {};
  const outcome = await nova.down('h', undefined, counting(costs));
  expect(outcome).toMatchObject({
    kind: 'done',
    calls: ['SendMessageBatch', 'TransactWriteItems'],
  });
  expect(costs).toEqual({
    ...{ GetItemCommand: 1, QueryCommand: 2 },
    ...{ TransactWriteItemsCommand: 1, SendMessageBatchCommand: 1 },
    'capacity units': expect.any(Number),
  });
});

test('the report of more makes the listed writes and sends, and no others', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  await seedServers(world, 'h', more);
  const costs: Record<string, number> = {};
  const outcome = await nova.down('h', undefined, counting(costs));
  // The first instances with host and fault, beside their events; then the other one, and its event.
  const calls = [
    'SendMessageBatch',
    'TransactWriteItems',
    'TransactWriteItems',
    'SendMessageBatch',
  ];
  expect(outcome).toMatchObject({ kind: 'done', calls });
  expect(costs).toEqual({
    ...{ GetItemCommand: 1, QueryCommand: 2 },
    ...{ TransactWriteItemsCommand: 2, SendMessageBatchCommand: 2 },
    'capacity units': expect.any(Number),
  });
});

test('without failures, every owner is notified once, in any order of the lanes', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const uuids = await nova.servers('h', 3);
  for (const uuid of uuids) await nova.alarm(uuid);
  await world.recover();
  ok(await nova.down('h'));
  await Promise.all([world.evaluate(), world.reconcile().then(() => world.evaluate())]);
  await world.recover();
  await expectStopped(nova, uuids);
  expect(await world.received()).toHaveLength(3);
});

for (const how of hows) {
  test.each(cases)(
    `when writing $step of $size instances ${how}, every instance ends up stopped and every alarm notified`,
    async ({ size, at, failed }) => {
      await using world = await makeWorld();
      const nova = cloud(world);
      await nova.host('h');
      const uuids = await seedServers(world, 'h', size);
      const watched = uuids.slice(0, 2);
      for (const uuid of watched) await nova.alarm(uuid);
      await world.recover();

      const outcome = await nova.down('h', { at, how, failed });
      if (how === 'is the last thing done') expect(outcome.kind).toBe('was killed');
      // A process that is killed while it sends and writes may have written or not.
      const durable = failed
        ? at > 3 || how !== 'fails'
        : at > 1 || how !== 'is the last thing done';
      if (!durable) ok(await nova.down('h'));
      for (const uuid of watched) {
        expect(await nova.seen(uuid)).toMatchObject({
          status: 'SHUTOFF',
          'OS-EXT-STS:power_state': 4,
        });
      }
      await world.recover();
      await expectStopped(nova, uuids);
      const received = await world.received();
      expect(new Set(idsOf(received)).size).toBe(2);
      expect(received).toHaveLength(2);
      expect(new Set(received.map(({ fault_id }) => fault_id)).size).toBe(1);

      ok(await nova.down('h'));
      await world.recover();
      expect(await world.received()).toEqual([]);
    },
  );
}

test('events whose transaction was not written fire nothing, and do not hide what happens later', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  await nova.alarm(uuid);
  await world.recover();
  const unwritten = await nova.down('h', undefined, ({ dynamo }) =>
    dynamo.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName === 'TransactWriteItemsCommand')
            throw new Error('no transaction is written');
          return next(args);
        },
      { step: 'initialize' },
    ),
  );
  expect(answerOf(unwritten).status).toBe(500);
  // The events are in the queue: the server's says that it is stopped, in its second revision.
  expect(await world.evaluateLane('fault')).toMatchObject({ kind: 'done', calls: [] });
  expect(await world.received()).toEqual([]);

  ok(await nova.act(uuid, { 'os-stop': null }));
  await world.recover();
  expect(await nova.row(uuid)).toMatchObject({ revision: 2, vm_state: 'stopped' });
  expect(await world.received()).toMatchObject([{ fault_id: null }]);
});

test('a caller whose token is refused late changes nothing and learns nothing', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  const { token } = await login('admin');
  const headers = { 'X-Auth-Token': token, 'X-Subject-Token': token };
  ok(await world.request({ method: 'DELETE', path: '/identity/v3/auth/tokens', headers }));
  for (const host of ['h', 'no-such-host']) {
    const report = {
      method: 'PUT',
      path: '/compute/v2.1/os-services/force-down',
      headers: { 'X-Auth-Token': token, 'X-OpenStack-Nova-API-Version': '2.11' },
      body: { host, binary: 'nova-compute', forced_down: true },
    } as const;
    const outcome = await world.request(report, undefined, ({ dynamo }) =>
      dynamo.middlewareStack.add(
        (next) => async (args) => {
          // The check of the token ends long after all other reads.
          if (isTokenCheck(args.input)) await sleep(300);
          return next(args);
        },
        { step: 'initialize' },
      ),
    );
    expect(answerOf(outcome).status).toBe(401);
    expect(outcome).toMatchObject({ calls: [] });
  }
  expect(await nova.row(uuid)).toMatchObject({ vm_state: 'active', fault_number: 0 });
});
