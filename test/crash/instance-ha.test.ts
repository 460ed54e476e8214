/** Notifications of masakari-monitors, interrupted at each write and send. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { answerOf, cloud, expectStopped, ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

const path = '/instance-ha/v1/notifications';

const report = (world: World, d?: Disturbance) =>
  world.request(
    {
      method: 'POST',
      path,
      body: {
        notification: {
          type: 'COMPUTE_HOST',
          hostname: 'h',
          generated_time: '2026-11-26T16:41:16.153323',
          payload: { event: 'STOPPED', cluster_status: 'OFFLINE', host_status: 'NORMAL' },
        },
      },
    },
    d,
  );

const Faults = z.object({ faults: z.array(z.object({ fault_id: z.string() })) });

async function withHost() {
  const world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const uuids = await nova.servers('h', 1);
  for (const uuid of uuids) await nova.alarm(uuid);
  await world.recover();
  return { world, nova, uuids };
}

test('a notification makes the listed writes and sends, and no others', async () => {
  const { world: made } = await withHost();
  await using world = made;
  const first = await report(world);
  expect(first).toMatchObject({ calls: ['SendMessageBatch', 'TransactWriteItems', 'PutItem'] });
  const repeated = await report(world);
  expect(repeated).toMatchObject({ calls: [] });
  expect(answerOf(repeated).status).toBe(409);
});

for (const how of hows) {
  test.each([
    { step: 'the events, sent beside host, fault, condition and server', at: 1 },
    { step: 'host, fault, condition and server', at: 2 },
    { step: 'the notification', at: 3 },
  ])(`when writing $step ${how}, the repeat succeeds and there is one fault`, async ({ at }) => {
    const { world: made, nova, uuids } = await withHost();
    await using world = made;
    const outcome = await report(world, { at, how });
    if (how === 'is the last thing done') expect(outcome.kind).toBe('was killed');
    expect([202, 409]).toContain(answerOf(await report(world)).status);
    await world.recover();
    await expectStopped(nova, uuids);
    const { faults } = Faults.parse(
      ok(await world.request({ path: '/doctor/v1/faults', query: { host: ['h'] } })),
    );
    expect(faults).toHaveLength(1);
    expect(await world.received()).toHaveLength(1);
  });
}
