import { expect, test } from 'vitest';
import { cloud, expectStopped, idsOf, ok } from './cloud.ts';
import { hows } from './disturbance.ts';
import { makeWorld } from './world.ts';

const steps = ['host and fault', 'the instances', 'their events and the host’s'] as const;

test('a report makes the listed writes and sends, and no others', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  await nova.servers('h', 2);
  const outcome = await nova.down('h');
  expect(outcome).toMatchObject({
    kind: 'done',
    calls: ['TransactWriteItems', 'TransactWriteItems', 'SendMessageBatch'],
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
  test.each(steps.map((step, n) => ({ step, at: n + 1 })))(
    `when writing $step ${how}, every instance ends up stopped and every alarm notified`,
    async ({ at }) => {
      await using world = await makeWorld();
      const nova = cloud(world);
      await nova.host('h');
      const uuids = await nova.servers('h', 2);
      for (const uuid of uuids) await nova.alarm(uuid);
      await world.recover();

      const outcome = await nova.down('h', { at, how });
      if (how === 'is the last thing done') expect(outcome.kind).toBe('was killed');
      const durable = at > 1 || how !== 'fails';
      if (!durable) ok(await nova.down('h'));
      for (const uuid of uuids) {
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
