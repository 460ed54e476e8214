import { expect, test } from 'vitest';
import { applyFault } from '../../flows/apply-fault.ts';
import { downHost, hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { traitOf, worldOf } from './world.ts';

const vm = (n: number, given: Parameters<typeof instanceWith>[0] = {}) =>
  instanceWith({ uuid: id(n), ...given });
const host = downHost();

test('running instances are stopped, with an event; exempt ones are not', async () => {
  const world = worldOf({
    hosts: [host],
    instances: [vm(1), vm(2, { vm_state: 'shelved' }), vm(3, { host: 'compute-2' }), vm(4)],
  });
  expect(await applyFault(world.deps, host)).toBe(2);
  const states = [...world.instances.values()].map(({ vm_state }) => vm_state);
  expect(states).toEqual(['stopped', 'shelved', 'active', 'stopped']);
  expect(world.instances.get(id(2))).toMatchObject({ fault_number: 1, revision: 1 });
  expect(world.sent.map((event) => traitOf(event, 'resource_id'))).toEqual([id(1), id(4)]);
});

test('a fault that is applied again changes nothing and sends no event', async () => {
  const world = worldOf({ hosts: [host], instances: [vm(1), vm(2, { vm_state: 'error' })] });
  await applyFault(world.deps, host);
  const writes = world.writes.length;
  expect(await applyFault(world.deps, host)).toBe(0);
  expect(world.writes).toHaveLength(writes);
  expect(world.sent).toHaveLength(1);
});

test('an instance that another writer changed is read again and stopped', async () => {
  const world = worldOf({ hosts: [host], instances: [vm(1), vm(2)] });
  world.state.meanwhile = () => {
    world.instances.set(id(1), vm(1, { vm_state: 'paused', revision: 2 }));
  };
  expect(await applyFault(world.deps, host)).toBe(2);
  expect(world.instances.get(id(1))).toMatchObject({
    vm_state: 'stopped',
    revision: 3,
    pre_fault: { vm_state: 'paused' },
  });
  expect(world.sent).toHaveLength(2);
});

test('an instance that was moved meanwhile does not get the fault of its old host', async () => {
  const world = worldOf({ hosts: [host], instances: [vm(1)] });
  const moved = vm(1, { host: 'compute-2', revision: 2, reported_at: minute(11) });
  world.state.meanwhile = () => {
    world.instances.set(id(1), moved);
  };
  expect(await applyFault(world.deps, host)).toBe(0);
  expect(world.instances.get(id(1))).toEqual(moved);
  expect(world.sent).toEqual([]);
});

test('an instance that was deleted meanwhile stays deleted', async () => {
  const world = worldOf({ hosts: [host], instances: [vm(1)] });
  const gone = vm(1, { deleted: true, vm_state: 'deleted', revision: 2 });
  world.state.meanwhile = () => {
    world.instances.set(id(1), gone);
  };
  expect(await applyFault(world.deps, host)).toBe(0);
  expect(world.instances.get(id(1))).toEqual(gone);
});

test('a failure of the express lane is logged, and the fault is applied', async () => {
  const world = worldOf({ hosts: [host], instances: [vm(1)] });
  const send = async () => {
    throw new Error('the queue is gone');
  };
  expect(await applyFault({ ...world.deps, send }, host)).toBe(1);
  expect(world.interruptions).toEqual(['express lane']);
  expect(world.instances.get(id(1))?.vm_state).toBe('stopped');
});

test('a thousand instances are all stopped, each with one event', async () => {
  const all = Array.from({ length: 1_000 }, (_, n) => vm(n + 1));
  const world = worldOf({ hosts: [host], instances: all });
  expect(await applyFault(world.deps, host)).toBe(1_000);
  expect(new Set(world.sent.map(({ message_id }) => message_id)).size).toBe(1_000);
  expect(world.sent).toHaveLength(1_000);
});

test('the failure of one chunk stops no other chunk, and is thrown after all have ended', async () => {
  const all = Array.from({ length: 300 }, (_, n) => vm(n + 1));
  const world = worldOf({ hosts: [host], instances: all });
  const failing: typeof world.deps.change = async (changes) => {
    if (changes.some(({ from }) => from.uuid === id(1))) throw new Error('too busy');
    await new Promise((resolve) => setTimeout(resolve, 5));
    return world.deps.change(changes);
  };
  /** Pages that are read slowly, so that a chunk fails while the next page is still being read. */
  async function* instancesOn() {
    for (let page = 0; page < 3; page++) {
      yield all.slice(page * 100, (page + 1) * 100).map(({ uuid }) => uuid);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const applied = applyFault({ ...world.deps, change: failing, instancesOn }, host);
  await expect(applied).rejects.toThrow('too busy');
  expect(world.sent).toHaveLength(200);
});

test('no fault is owed by a host that never failed', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [vm(1)] });
  expect(await applyFault(world.deps, hostWith())).toBe(0);
  expect(world.writes).toEqual([]);
});
