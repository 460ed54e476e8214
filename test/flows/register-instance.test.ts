/** The registration and the deletion of instances. */

import { expect, test } from 'vitest';
import { deletedHost } from '../../domain/hosts/registered-host.ts';
import type { Instance } from '../../domain/servers/instance.ts';
import { deleteInstance, registerInstance } from '../../flows/register-instance.ts';
import { downHost, factsOf, hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { traitOf, type World, worldOf } from './world.ts';

const actor = { user_id: 'feed', request_id: 'req-2', at: minute(20) };

const at = { reported_at: minute(20), actor };

const register = ({ deps }: World, facts: Partial<Instance> = {}, when = at) =>
  registerInstance(deps, id(10), { ...when, factsOver: () => factsOf(instanceWith(facts)) });

test('the owed fault of the old host is written, with its event, before the move', async () => {
  const hosts = [downHost(), hostWith({ host: 'compute-2', incarnation: id(50) })];
  const world = worldOf({ hosts, instances: [instanceWith()] });
  await register(world, { host: 'compute-2', vm_state: 'active' });
  expect(world.sent.map((event) => [traitOf(event, 'state'), traitOf(event, 'host')])).toEqual([
    ['stopped', 'compute-1'],
    ['active', 'compute-2'],
  ]);
  expect(world.instances.get(id(10))).toMatchObject({ host: 'compute-2', revision: 3 });
});

test('a stale report does not start an instance whose owed fault was not applied yet', async () => {
  const world = worldOf({ hosts: [downHost()], instances: [instanceWith()] });
  const late = { reported_at: minute(9), actor };
  expect(await register(world, {}, late)).toMatchObject({ kind: 'stale' });
  expect(world.instances.get(id(10))?.vm_state).toBe('stopped');
});

test('an instance registered on a host that is down has an event `stopped`, never `active`', async () => {
  const world = worldOf({ hosts: [downHost()] });
  expect(await register(world)).toMatchObject({ kind: 'created', row: { vm_state: 'stopped' } });
  expect(world.sent.map((event) => traitOf(event, 'state'))).toEqual(['stopped']);
});

test('a registration that another one overtakes is decided again, and each event is sent once', async () => {
  const world = worldOf({ hosts: [hostWith()] });
  world.state.meanwhile = () => {
    world.instances.set(id(10), instanceWith({ vm_state: 'paused' }));
  };
  expect(await register(world)).toMatchObject({ kind: 'changed', row: { revision: 2 } });
  expect(world.sent.map(({ event_type }) => event_type)).toEqual(['compute.instance.update']);
});

test('settling starts again if another writer was faster', async () => {
  const world = worldOf({ hosts: [downHost()], instances: [instanceWith()] });
  world.state.meanwhile = () => {
    world.instances.set(id(10), instanceWith({ vm_state: 'paused', revision: 2 }));
  };
  const done = await register(world, { vm_state: 'active' });
  expect(done.row).toMatchObject({ vm_state: 'stopped', pre_fault: { vm_state: 'paused' } });
  expect(world.sent).toHaveLength(1);
});

test.each([
  ['unknown', []],
  ['deleted', [deletedHost(hostWith(), actor)]],
])('an instance on a host that is %s is refused, and not written', async (_, hosts) => {
  const world = worldOf({ hosts });
  await expect(register(world)).rejects.toMatchObject({ code: 'invalid' });
  expect(world.instances.size).toBe(0);
});

test('an instance without a host needs none', async () => {
  const world = worldOf();
  const done = await register(world, { host: null, vm_state: 'shelved_offloaded' });
  expect(done).toMatchObject({ kind: 'created', row: { host: null, fault_number: 0 } });
});

test('a deletion sends one event; the second deletion is not found', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  expect(await deleteInstance(world.deps, id(10), at)).toMatchObject({ row: { deleted: true } });
  expect(world.sent.map(({ event_type }) => event_type)).toEqual(['compute.instance.delete.end']);
  const again = deleteInstance(world.deps, id(10), at);
  await expect(again).rejects.toMatchObject({ code: 'not_found' });
});

test('an instance that is deleted on a failed host is stopped first', async () => {
  const world = worldOf({ hosts: [downHost()], instances: [instanceWith()] });
  await deleteInstance(world.deps, id(10), at);
  expect(world.sent.map((event) => [traitOf(event, 'old_state'), traitOf(event, 'state')])).toEqual(
    [
      ['active', 'stopped'],
      ['stopped', 'deleted'],
    ],
  );
});
