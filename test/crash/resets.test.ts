import { expect, test } from 'vitest';
import { isRight, notifiedOf, ResetRow, resetDuringFault, watchOf } from '../../bench/resets.ts';
import { answerOf, cloud, ok, project } from './cloud.ts';
import { makeWorld } from './world.ts';

test('40 resets, four in flight, while their host is reported down: none is lost, each change notified once', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const uuids = await nova.servers('h', 40);
  for (const uuid of uuids) {
    const body = { ...watchOf(uuid), project_id: project };
    ok(await world.request({ method: 'POST', path: '/alarming/v2/alarms', body }));
  }
  await world.recover();

  const { statuses } = await resetDuringFault(uuids, {
    reset: async (uuid, state) =>
      answerOf(await nova.act(uuid, { 'os-resetState': { state } })).status,
    reportDown: async () => ok(await nova.down('h')),
  });
  expect(statuses).toEqual(uuids.map(() => 202));
  await world.recover();
  const rows = await Promise.all(uuids.map(async (uuid) => ResetRow.parse(await nova.row(uuid))));
  expect(rows.filter((row, n) => !isRight(n, row))).toEqual([]);
  expect(notifiedOf(rows, await world.received())).toEqual({ lost: 0, repeated: 0 });
});
