import { expect, test } from 'vitest';
import { cloud, expectStopped, ok } from './cloud.ts';
import { makeWorld } from './world.ts';

test('instances left by a force-down are stopped by the report that follows, after any crash', async () => {
  await using world = await makeWorld({ INSTANCES_ON_FORCE_DOWN: 'leave' });
  const nova = cloud(world);
  await nova.host('h');
  const uuids = await nova.servers('h', 2);
  for (const uuid of uuids) await nova.alarm(uuid);
  ok(await nova.down('h'));
  uuids.push(...(await nova.servers('h', 1)));
  await world.recover();
  for (const uuid of uuids) expect(await nova.seen(uuid)).toMatchObject({ status: 'ACTIVE' });
  expect(await world.received()).toEqual([]);

  const report = { host: { host_down_reported: true } };
  const outcome = await nova.update('h', report, { at: 1, how: 'is the last thing done' });
  expect(outcome.kind).toBe('was killed');
  for (const uuid of uuids) expect(await nova.seen(uuid)).toMatchObject({ status: 'SHUTOFF' });
  await world.recover();
  await expectStopped(nova, uuids);
  expect(await world.received()).toHaveLength(2);
});
