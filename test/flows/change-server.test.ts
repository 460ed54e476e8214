import { expect, test } from 'vitest';
import { afterAction, type ServerAction } from '../../domain/servers/server-action.ts';
import { changeServer } from '../../flows/change-server.ts';
import { downHost, hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { traitOf, type World, worldOf } from './world.ts';

const actor = { user_id: 'user-1', request_id: 'req-act', at: minute(20) };
const act = ({ deps }: World, action: ServerAction) =>
  changeServer(deps, id(10), (on) =>
    afterAction({ ...on, up: !on.host?.forced_down }, action, actor),
  );
const active: ServerAction = { name: 'os-resetState', state: 'active' };
const error: ServerAction = { name: 'os-resetState', state: 'error' };
const statesSent = ({ sent }: World) =>
  sent.map((event) => [traitOf(event, 'old_state'), traitOf(event, 'state')]);

test('an action is written once, with one event', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  await act(world, { name: 'os-stop' });
  expect(world.writes).toEqual([`instance ${id(10)}`]);
  expect(statesSent(world)).toEqual([['active', 'stopped']]);
});

test('an action that changes nothing is not written and sends no event', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  await act(world, active);
  expect([world.writes, world.sent]).toEqual([[], []]);
});

test('an owed fault is written, with its event, before the action', async () => {
  const world = worldOf({ hosts: [downHost()], instances: [instanceWith()] });
  await act(world, error);
  expect(statesSent(world)).toEqual([
    ['active', 'stopped'],
    ['stopped', 'error'],
  ]);
  expect(world.instances.get(id(10))).toMatchObject({ revision: 3, pre_fault: null });
});

test('no event says ACTIVE on a host that is down', async () => {
  const failed = instanceWith({ vm_state: 'error', fault_number: 1 });
  const world = worldOf({ hosts: [downHost()], instances: [failed] });
  await act(world, active);
  expect(statesSent(world)).toEqual([['error', 'stopped']]);
});

test('a fault at the same time as a reset is owed to the written row', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith({ vm_state: 'error' })] });
  world.state.meanwhile = () => {
    world.hosts.set('compute-1', downHost());
  };
  await act(world, active);
  expect(world.instances.get(id(10))).toMatchObject({ vm_state: 'active', fault_number: 0 });
  await act(world, error);
  expect(statesSent(world)).toEqual([
    ['error', 'active'],
    ['active', 'stopped'],
    ['stopped', 'error'],
  ]);
});

test('an action that another writer overtakes is decided again', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  world.state.meanwhile = () => {
    world.instances.set(id(10), instanceWith({ vm_state: 'paused', revision: 2 }));
  };
  await expect(act(world, { name: 'os-stop' })).rejects.toMatchObject({ code: 'conflict' });
  expect([world.writes, world.sent]).toEqual([[], []]);
});

test.each([[[]], [[instanceWith({ deleted: true })]]])(
  'an unknown or deleted server is not found',
  async (instances) => {
    const world = worldOf({ hosts: [hostWith()], instances });
    await expect(act(world, error)).rejects.toMatchObject({ code: 'not_found' });
  },
);

test('an event that could not be sent is left to the safe lane, and the action stays', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  const send = async () => {
    throw new Error('no queue');
  };
  const deps = { ...world.deps, send };
  await act({ ...world, deps }, error);
  expect(world.interruptions).toEqual(['express lane']);
  expect(world.instances.get(id(10))?.vm_state).toBe('error');
});
