/** Which changes of rows start a task for the cloud. */
import { expect, test } from 'vitest';
import type { Host } from '../../domain/hosts/host.ts';
import { deletedHost } from '../../domain/hosts/registered-host.ts';
import { owedRows, reportedDataPlane } from '../../domain/ports/host-data-plane.ts';
import { updatedPort } from '../../domain/ports/port.ts';
import { cloudTasksOf } from '../../flows/cloud-tasks.ts';
import { reconcile } from '../../flows/reconcile.ts';
import type { RowChange } from '../../flows/row-change.ts';
import { portWith } from '../domain/ports/ports.ts';
import {
  downHost,
  evacuationWith,
  hostWith,
  id,
  instanceWith,
  minute,
  movingInstance,
} from '../domain/rows.ts';

const actor = { user_id: 'u', request_id: 'r', at: minute(20) };
const down = { forced_down: true, instances_left: false, fault_number: 1 };

const host = (before: Host | undefined, after: Host): RowChange => ({
  kind: 'host',
  before,
  after,
});

test.each([
  ['a fault', host(hostWith(), downHost()), [{ service: 'compute-1', state: down, attempts: 0 }]],
  ['a host that is registered up', host(undefined, hostWith()), []],
  [
    'a switch of its status',
    host(downHost(), downHost(1, { status: 'disabled', revision: 9 })),
    [],
  ],
  ['its deletion', host(downHost(), deletedHost(downHost(), actor)), []],
])('%s', (_, change, tasks) => {
  expect(cloudTasksOf([change])).toEqual({ now: tasks, later: [], moves: [] });
});

test('a host that fails and comes back in one batch has a task for each, both read the newest state', () => {
  const up = hostWith({ fault_number: 1, revision: 3 });
  const { now } = cloudTasksOf([host(hostWith(), downHost()), host(downHost(), up)]);
  expect(now).toHaveLength(2);
});

test('a report on the ports of a host is one task now, and its ports are looked at later', () => {
  const before = portWith({ 'binding:host_id': 'h' });
  const { plane } = reportedDataPlane(undefined, {
    ...{ host: 'h', data_plane_status: 'DOWN', actor, newId: () => id(900) },
    reporter: { user_id: 'u', user_name: 'u', project_id: 'p' },
  });
  const [after = before] = owedRows(before, plane);
  const tasks = cloudTasksOf([
    { kind: 'data plane', before: undefined, after: plane },
    { kind: 'port', before, after },
  ]);
  expect(tasks).toEqual({
    now: [{ dataPlaneOf: 'h', number: 1, attempts: 0 }],
    later: [{ ports: [before.id], attempts: 0 }],
    moves: [],
  });
});

test('ports whose data plane changes go 50 in a task; other changes of ports start none', () => {
  const changes = Array.from({ length: 51 }, (_, n): RowChange => {
    const before = portWith({ id: id(n) });
    const after = updatedPort(before, { data_plane_status: 'DOWN' }, actor) ?? before;
    return { kind: 'port', before, after };
  });
  const renamed = updatedPort(portWith(), { name: 'x' }, actor) ?? portWith();
  const { now } = cloudTasksOf([...changes, { kind: 'port', before: portWith(), after: renamed }]);
  expect(now.map((task) => ('ports' in task ? task.ports.length : 0))).toEqual([50, 1]);
});

test('an accepted evacuation starts a move where Nova is the executor, once', () => {
  const evacuation = evacuationWith({ executor: 'openstack' });
  const moving = movingInstance({ evacuation });
  const accepted: RowChange = { kind: 'instance', before: instanceWith(), after: moving };
  expect(cloudTasksOf([accepted]).moves).toEqual([
    { move: moving.uuid, migration_uuid: evacuation.uuid, attempts: 0 },
  ]);
  const again: RowChange = { kind: 'instance', before: moving, after: { ...moving, revision: 9 } };
  expect(cloudTasksOf([again]).moves).toEqual([]);
  const external: RowChange = { kind: 'instance', before: instanceWith(), after: movingInstance() };
  expect(cloudTasksOf([external]).moves).toEqual([]);
});

test('the reconciler sends them, beside all else; without a cloud it sends none', async () => {
  const sent: unknown[] = [];
  const nothing = async () => {};
  const deps = {
    ...{ sendCopies: nothing, sendFinish: nothing, deadLetter: nothing },
    ...{ publishEvents: nothing, noteAffected: nothing, sendHeard: nothing },
    ...{
      noteChanges: nothing,
      keepEvents: nothing,
      keepSwitches: nothing,
      affectedBy: async () => [],
    },
  };
  const cloud = {
    sendTasks: async (tasks: readonly unknown[], seconds: number) => {
      sent.push([tasks.length, seconds]);
    },
    sendMoves: async () => expect.unreachable(),
  };
  await reconcile({ ...deps, cloud }, [host(hostWith(), downHost())]);
  expect(sent).toEqual([[1, 0]]);
  await reconcile(deps, [host(hostWith(), downHost())]);
  expect(sent).toHaveLength(1);
});
