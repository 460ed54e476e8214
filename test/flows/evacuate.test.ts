import { expect, test } from 'vitest';
import { stateOf } from '../../domain/hosts/host.ts';
import type { Executor } from '../../domain/servers/evacuation.ts';
import { applyFault } from '../../flows/apply-fault.ts';
import { changeServer } from '../../flows/change-server.ts';
import { makeTargets } from '../../flows/choose-target.ts';
import { deleteHost } from '../../flows/delete-host.ts';
import { evacuate, reportEvacuation } from '../../flows/evacuate.ts';
import { noteHeartbeat } from '../../flows/note-heartbeat.ts';
import { readServers } from '../../flows/read-servers.ts';
import { deleteInstance, registerInstance } from '../../flows/register-instance.ts';
import { updateService } from '../../flows/update-service.ts';
import {
  downHost,
  evacuationWith,
  factsOf,
  failedTarget,
  hostWith,
  id,
  instanceWith,
  minute,
  movingInstance,
  targetHost,
} from '../domain/rows.ts';
import { traitOf, type World, worldOf } from './world.ts';

const actor = { user_id: 'operator', request_id: 'req-evacuate', at: minute(20) };
const reporter = { user_id: 'monitor', user_name: 'monitor', project_id: 'ops' };
const state = (host: Parameters<typeof stateOf>[0]) =>
  stateOf(host, { now: minute(20), serviceDownTimeSeconds: 60 });

function leave(world: World, target?: string, executor: Executor = 'none') {
  const { deps, hosts, instances } = world;
  const targets = makeTargets({
    ...{ host: deps.host, stateOf: state, clock: () => 0 },
    allHosts: async () => [...hosts.values()],
    countsOn: async (names) =>
      new Map(
        names.map((name) => [
          name,
          [...instances.values()].filter(({ host }) => host === name).length,
        ]),
      ),
  });
  const flow = { ...deps, targets, executor, stateOf: state };
  return evacuate(flow, id(10), { target, actor, project_id: 'ops' });
}

const report = ({ deps }: World, status: 'done' | 'failed', migration_uuid?: string) =>
  reportEvacuation(deps, id(10), { status, migration_uuid }, actor);
const row = ({ instances }: World) => instances.get(id(10));
const changesSent = ({ sent }: World) =>
  sent.map((event) => [event.event_type, traitOf(event, 'old_state'), traitOf(event, 'state')]);
const failed = (given: Parameters<typeof worldOf>[0] = {}) =>
  worldOf({ hosts: [downHost(), targetHost()], instances: [instanceWith()], ...given });
const onItsWay = (hosts = [downHost(), targetHost()]) =>
  worldOf({ hosts, instances: [movingInstance()] });

test('the owed fault is written first, then the move, each with one event', async () => {
  const world = failed();
  await leave(world);
  expect(row(world)).toMatchObject({ host: 'compute-2', vm_state: 'active', revision: 3 });
  expect(changesSent(world)).toEqual([
    ['compute.instance.update', 'active', 'stopped'],
    ['compute.instance.update', 'stopped', 'active'],
  ]);
  expect([...world.migrations.values()]).toMatchObject([{ status: 'done', dest: 'compute-2' }]);
  expect(world.departures.get('compute-1')).toMatchObject({ done: 1 });
});

test('the target is the named host, or the one with the fewest instances', async () => {
  const third = hostWith({ host: 'compute-3', incarnation: id(31) });
  const there = instanceWith({ uuid: id(11), host: 'compute-2' });
  const instances = [instanceWith(), there];
  const hosts = [downHost(), targetHost(), third];
  const chosen = failed({ hosts, instances });
  await leave(chosen);
  expect(row(chosen)?.host).toBe('compute-3');
  const named = failed({ hosts, instances });
  await leave(named, 'compute-2');
  expect(row(named)?.host).toBe('compute-2');
});

test.each([
  ['the only host', [downHost()], undefined, null],
  ['a host in maintenance', [downHost(), targetHost({ maintenance: true })], undefined, null],
  [
    'the named host is disabled',
    [downHost(), targetHost({ status: 'disabled' })],
    'compute-2',
    'compute-2',
  ],
  ['the named host is down', [downHost(), failedTarget()], 'compute-2', 'compute-2'],
])('without a target the instance is in error: %s', async (_, hosts, name, dest) => {
  const world = failed({ hosts });
  await leave(world, name);
  expect(row(world)).toMatchObject({
    ...{ vm_state: 'error', host: 'compute-1', evacuation: { status: 'error', dest } },
  });
  expect(changesSent(world).at(-1)).toEqual(['compute.instance.update', 'stopped', 'error']);
  expect(world.departures.size).toBe(0);
});

test('with an executor the instance is being moved, and an event notifies the executor', async () => {
  const world = failed();
  await leave(world, undefined, 'external');
  expect(row(world)).toMatchObject({ host: 'compute-1', task_state: 'rebuilding' });
  expect(changesSent(world).at(-1)).toEqual(['compute.instance.evacuate', 'stopped', 'stopped']);
  await expect(leave(world, undefined, 'external')).rejects.toMatchObject({ code: 'conflict' });
  await report(world, 'done', row(world)?.evacuation?.uuid);
  expect(row(world)).toMatchObject({ host: 'compute-2', vm_state: 'active', task_state: null });
});

test('a report is recorded once; the same again changes nothing, another one is refused', async () => {
  const world = onItsWay();
  await report(world, 'done');
  const there = row(world);
  expect(there).toMatchObject({ host: 'compute-2', evacuation: { status: 'done' } });
  await report(world, 'done');
  expect(row(world)).toEqual(there);
  expect(world.sent).toHaveLength(1);
  expect(world.departures.get('compute-1')?.done).toBe(1);
  await expect(report(world, 'failed')).rejects.toMatchObject({ code: 'conflict' });
});

test('a failed move leaves the instance on its host', async () => {
  const world = onItsWay();
  await report(world, 'failed');
  expect(row(world)).toMatchObject({
    ...{ host: 'compute-1', vm_state: 'stopped', task_state: null },
    evacuation: { status: 'failed' },
  });
  await report(world, 'failed');
  expect(world.sent).toHaveLength(1);
});

test('the fault of the target has ended the move: a report is a conflict', async () => {
  const world = onItsWay([downHost(), failedTarget()]);
  await expect(report(world, 'done')).rejects.toMatchObject({ code: 'conflict' });
  expect(row(world)).toMatchObject({ host: 'compute-1', vm_state: 'error' });
  expect(changesSent(world)).toEqual([['compute.instance.update', 'stopped', 'error']]);
  await report(world, 'failed');
  expect(world.sent).toHaveLength(1);
});

test('a target that fails while a report is written is read again', async () => {
  const world = onItsWay();
  world.state.meanwhile = () => {
    world.hosts.set('compute-2', failedTarget());
  };
  await expect(report(world, 'done')).rejects.toMatchObject({ code: 'conflict' });
  expect(row(world)).toMatchObject({ host: 'compute-1', vm_state: 'error' });
});

test('an instance stays on a host that is up again at the same time', async () => {
  const stopped = instanceWith({ vm_state: 'stopped', power_state: 4, fault_number: 1 });
  const world = failed({ instances: [stopped] });
  world.state.meanwhile = () => {
    world.hosts.set('compute-1', downHost(1, { forced_down: false, revision: 3 }));
  };
  await expect(leave(world)).rejects.toMatchObject({ code: 'invalid' });
  expect(row(world)).toEqual(stopped);
  expect(world.migrations.size).toBe(0);
});

test('no instance is moved to a target that fails at the same time', async () => {
  const stopped = instanceWith({ vm_state: 'stopped', power_state: 4, fault_number: 1 });
  const world = failed({ instances: [stopped] });
  world.state.meanwhile = () => {
    world.hosts.set('compute-2', failedTarget());
  };
  await leave(world);
  expect(row(world)).toMatchObject({ host: 'compute-1', vm_state: 'error' });
  expect(world.sent).toHaveLength(1);
});

test('a restart of the source at the same time counts before the departure', async () => {
  const stopped = instanceWith({ vm_state: 'stopped', power_state: 4, fault_number: 1 });
  const world = failed({ instances: [stopped] });
  world.state.meanwhile = () => {
    world.departures.set('compute-1', { done: 0, restarts: 3, restarted_at: minute(19) });
  };
  await leave(world);
  expect(row(world)?.evacuation).toMatchObject({ status: 'done', source_restarts: 3 });
  expect(world.departures.get('compute-1')).toMatchObject({ done: 1, restarts: 3 });
});

test('a host with departures is not up again before it reports its restart', async () => {
  const world = failed();
  await leave(world);
  const up = (update = {}) =>
    updateService(
      world.deps,
      { host: 'compute-1', update: { forced_down: false, ...update } },
      { actor, reporter },
    );
  const before = world.hosts.get('compute-1');
  await expect(up({ status: 'disabled' })).rejects.toMatchObject({ code: 'invalid' });
  expect(world.hosts.get('compute-1')).toEqual(before);
  const seenUp = async () => 'noted' as const;
  const heartbeat = { at: minute(21), restarted: true };
  await noteHeartbeat({ ...world.deps, seenUp }, 'compute-1', heartbeat);
  await up();
  expect(world.hosts.get('compute-1')?.forced_down).toBe(false);
});

test('an evacuation that is done at the same time refuses the report that the host is up', async () => {
  const world = failed();
  world.state.meanwhile = () => {
    world.departures.set('compute-1', { done: 1, restarts: 0, restarted_at: null });
  };
  const update = { forced_down: false };
  await expect(
    updateService(world.deps, { host: 'compute-1', update }, { actor, reporter }),
  ).rejects.toMatchObject({ code: 'invalid' });
  expect(world.hosts.get('compute-1')).toEqual(downHost());
});

test('the fault of a target fails instances on their way there, once', async () => {
  const world = onItsWay([downHost(), failedTarget()]);
  expect(await applyFault(world.deps, failedTarget())).toBe(1);
  expect(row(world)).toMatchObject({ vm_state: 'error', evacuation: { status: 'failed' } });
  expect([...world.migrations.values()]).toMatchObject([{ status: 'failed' }]);
  expect(await applyFault(world.deps, failedTarget())).toBe(0);
  expect(world.sent).toHaveLength(1);
});

test('a further fault of the source does not change instances on their way', async () => {
  const world = onItsWay([downHost(2), targetHost()]);
  expect(await applyFault(world.deps, downHost(2))).toBe(0);
  expect(row(world)).toEqual(movingInstance());
});

test('readers see that a move has failed before that is written', async () => {
  const world = onItsWay([downHost(), failedTarget()]);
  world.state.hidden.add(id(10));
  await applyFault(world.deps, failedTarget());
  expect(row(world)).toEqual(movingInstance());
  const [seen] = await readServers(world.deps, [id(10)]);
  expect(seen).toMatchObject({
    instance: { vm_state: 'error', evacuation: { status: 'failed' } },
    host: { host: 'compute-1' },
  });
});

test('writers write the failed move before their own change', async () => {
  const world = onItsWay([downHost(), failedTarget()]);
  await changeServer(world.deps, id(10), () => undefined);
  expect(row(world)).toMatchObject({ vm_state: 'error', evacuation: { status: 'failed' } });
});

const feed = (world: World, facts: object) =>
  registerInstance(world.deps, id(10), {
    factsOver: () => ({ ...factsOf(movingInstance()), ...facts }),
    ...{ reported_at: minute(21), actor },
  });

test.each([
  ['its target', 'compute-2', 'done', 1],
  ['a third host', 'compute-3', 'failed', undefined],
  ['no host', null, 'failed', undefined],
])('a feed that reports it on %s ends the move', async (_, host, status, departed) => {
  const world = onItsWay([downHost(), targetHost(), hostWith({ host: 'compute-3' })]);
  await feed(world, { host, vm_state: 'active', power_state: 1, task_state: null });
  expect(row(world)).toMatchObject({ host, vm_state: 'active', evacuation: { status } });
  expect([...world.migrations.values()]).toMatchObject([{ status }]);
  expect(world.departures.get('compute-1')?.done).toBe(departed);
});

test('a feed that reports it on its old host may change its facts, and does not end the move', async () => {
  const world = onItsWay();
  await feed(world, { name: 'new', vm_state: 'active', power_state: 1, task_state: null });
  expect(row(world)).toEqual({
    ...movingInstance({ name: 'new', revision: 4 }),
    ...{ reported_at: minute(21), updated_at: minute(20), last_change: row(world)?.last_change },
  });
});

test('a feed that reports it on its failed target does not make it active', async () => {
  const world = onItsWay([downHost(), failedTarget()]);
  await feed(world, { host: 'compute-2', vm_state: 'active', power_state: 1, task_state: null });
  expect(row(world)).toMatchObject({
    ...{ host: 'compute-2', vm_state: 'stopped', evacuation: { status: 'failed' } },
  });
});

test('an instance that is deleted on its way does not arrive', async () => {
  const world = onItsWay();
  await deleteInstance(world.deps, id(10), { reported_at: undefined, actor });
  expect(row(world)).toMatchObject({ deleted: true, evacuation: { status: 'failed' } });
  await expect(report(world, 'done')).rejects.toMatchObject({ code: 'not_found' });
  expect([...world.migrations.values()]).toMatchObject([{ status: 'failed' }]);
});

test('a host that instances are on their way to is not deleted', async () => {
  const world = onItsWay();
  const gone = () => deleteHost(world.deps, 'compute-2', actor);
  await expect(gone()).rejects.toMatchObject({ code: 'conflict' });
  await report(world, 'failed');
  await gone();
  expect(world.hosts.get('compute-2')?.deleted).toBe(true);
});

test.each(['done', 'failed'] as const)(
  'a move whose instance was reset may still be %s',
  async (end) => {
    const reset = movingInstance({ vm_state: 'error', task_state: null, pre_fault: null });
    const world = worldOf({ hosts: [downHost(), targetHost()], instances: [reset] });
    await report(world, end);
    expect(row(world)).toMatchObject({
      vm_state: end === 'done' ? 'active' : 'error',
      evacuation: { status: end },
    });
  },
);

test.each([
  ['unknown', []],
  ['deleted', [instanceWith({ deleted: true, evacuation: evacuationWith() })]],
])('an instance that is %s is not found', async (_, instances) => {
  const world = failed({ instances });
  await expect(leave(world)).rejects.toMatchObject({ code: 'not_found' });
  await expect(report(world, 'done')).rejects.toMatchObject({ code: 'not_found' });
});
