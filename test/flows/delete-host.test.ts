/** The deletion of hosts. */

import { expect, test } from 'vitest';
import { deletedInstance } from '../../domain/servers/registered-instance.ts';
import { deleteHost } from '../../flows/delete-host.ts';
import { downHost, hostWith, instanceWith, minute } from '../domain/rows.ts';
import { worldOf } from './world.ts';

const actor = { user_id: 'feed', request_id: 'req-2', at: minute(20) };

test('a host with instances is not deleted', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  const done = deleteHost(world.deps, 'compute-1', actor);
  await expect(done).rejects.toMatchObject({ code: 'conflict' });
  expect(world.writes).toEqual([]);
});

test('a failed host without instances is deleted; its fault is closed and its number kept', async () => {
  const gone = deletedInstance(instanceWith(), { reported_at: minute(20), actor: actor }).row;
  const world = worldOf({ hosts: [downHost(2)], instances: [gone] });
  await deleteHost(world.deps, 'compute-1', actor);
  expect(world.hosts.get('compute-1')).toMatchObject({
    ...{ deleted: true, forced_down: false, fault_number: 2 },
  });
  expect(world.sent.map(({ event_type }) => event_type)).toEqual(['service.delete']);
  const again = deleteHost(world.deps, 'compute-1', actor);
  await expect(again).rejects.toMatchObject({ code: 'not_found' });
});
