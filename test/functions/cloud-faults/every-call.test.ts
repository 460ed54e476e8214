/**
 * Every request to the cloud fails, is lost, or is carried out without an answer. The result is
 * always the same.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { CloudTask, MoveTask } from '../../../domain/cloud/cloud-task.ts';
import { faultId } from '../../../domain/ids.ts';
import { type CallTrouble, callOf, callTroubles } from '../../cloud/calls.ts';
import {
  downHost,
  evacuationWith,
  faultSeries,
  hostWith,
  id,
  instanceWith,
  movingInstance,
  targetHost,
} from '../../domain/rows.ts';
import { type CloudWorld, cloudWorld } from './world.ts';

/** Work of the function: the world before it, and its messages in their order. */
type Work = {
  readonly name: string;
  readonly world: () => Promise<CloudWorld>;
  readonly tasks: (world: CloudWorld) => readonly (CloudTask | MoveTask)[];
  /** The requests that it makes, in any order. */
  readonly calls: readonly string[];
};

const login = 'POST /identity/v3/auth/tokens';
const [listServices, putService] = [
  'GET /compute/v2.1/os-services',
  'PUT /compute/v2.1/os-services/{id}',
];
const [listServers, getServer, act] = [
  'GET /compute/v2.1/servers/detail',
  'GET /compute/v2.1/servers/{id}',
  'POST /compute/v2.1/servers/{id}/action',
];
const [listPorts, putPort] = ['GET /network/v2.0/ports', 'PUT /network/v2.0/ports/{id}'];

const stopped = instanceWith({
  ...{ uuid: id(11), vm_state: 'stopped', fault_number: 1 },
  pre_fault: {
    ...{ vm_state: 'active', power_state: 1, task_state: null },
    ...{ fault_id: faultId(faultSeries, 1), at: downHost().updated_at },
  },
});
const evacuation = evacuationWith({
  ...{ executor: 'openstack', dest: null, dest_ip: null, dest_incarnation: null },
  created_at: '2026-01-01T00:30:00.000Z',
});
const moving = movingInstance({ evacuation });
const third = hostWith({ host: 'compute-3', incarnation: id(31), service_id: id(32) });
const up = hostWith({ fault_number: 1, revision: 3 });

const works: readonly Work[] = [
  {
    name: 'a host that failed, whose servers are put in error',
    world: () => cloudWorld({ hosts: [downHost()], instances: [stopped], marksServers: true }),
    tasks: (world) => [world.service(downHost())],
    calls: [login, listServices, putService, listServers, act],
  },
  {
    name: 'a host that is up again',
    world: async () => {
      const world = await cloudWorld({ hosts: [up] });
      Object.assign(world.nova.service('compute-1') ?? {}, { forced_down: true });
      return world;
    },
    tasks: (world) => [world.service(up)],
    calls: [login, listServices, putService],
  },
  {
    name: 'a data plane that failed',
    world: async () => {
      const world = await cloudWorld({ ports: 1 });
      await world.plane.report('DOWN');
      return world;
    },
    tasks: () => [{ dataPlaneOf: 'h', number: 1, attempts: 0 }],
    calls: [login, listPorts, putPort],
  },
  {
    name: 'a single port',
    world: async () => {
      const world = await cloudWorld({ ports: 1 });
      await world.plane.set(id(0), 'DOWN');
      return world;
    },
    tasks: () => [{ ports: [id(0)], attempts: 0 }],
    calls: [login, listPorts, putPort],
  },
  {
    name: 'an evacuation',
    world: () => cloudWorld({ hosts: [downHost(), targetHost(), third], instances: [moving] }),
    tasks: () => [{ move: moving.uuid, migration_uuid: evacuation.uuid, attempts: 0 }],
    calls: [
      ...[login, getServer, 'GET /compute/v2.1/os-migrations'],
      ...[listServices, putService, act],
    ],
  },
];

/**
 * All changes that are ever made in the cloud, by the first fields of the bodies. No server of a
 * host that is down is stopped, started, rebooted or migrated: docs/wire/cloud.md#services-of-nova.
 */
const changesOfTheCloud = [
  'POST /compute/v2.1/servers/{id}/action evacuate',
  'POST /compute/v2.1/servers/{id}/action os-resetState.state',
  'PUT /compute/v2.1/os-services/{id} forced_down',
  'PUT /network/v2.0/ports/{id} port.data_plane_status',
];

/** What Nova, Neutron and Doctor show after the work; the times and the pauses are left out. */
const endOf = ({
  nova,
  neutron,
  outcomes,
  applied,
  rows,
  queue,
  letters,
  hostReads,
}: CloudWorld) => ({
  services: nova.services.map(({ host, forced_down }) => `${host} ${forced_down}`),
  servers: [...nova.servers.values()],
  migrations: nova.migrations.map(({ status, dest_compute }) => `${status} ${dest_compute}`),
  broken: nova.broken,
  ports: [...neutron.ports],
  outcomes: [...outcomes].map(([fault, { change, state, reason }]) => ({
    ...{ fault, change, state, reason },
  })),
  applied: [...applied].map(([host, { forced_down, done }]) => `${host} ${forced_down} ${done}`),
  instances: [...rows.instances.values()].map(
    ({ host, vm_state, task_state, evacuation: move }) => ({
      ...{ host, vm_state, task_state, move: move?.status },
    }),
  ),
  ...{ queue, letters, hostReads },
});

/** Does the work with one disturbed request, while Nova does its own work. */
async function ended({ world: begin, tasks }: Work, trouble?: CallTrouble & { call: string }) {
  await using world = await begin();
  if (trouble) world.cloud.disturb(trouble.disturbance(trouble.call));
  for (const task of tasks(world)) await world.handle(task);
  await world.drain(world.nova.work);
  const calls = world.cloud.requests.map(callOf);
  const changes = world.cloud.requests
    .filter(({ method, path }) => method !== 'GET' && !path.startsWith('/identity'))
    .map((request) => `${callOf(request)} ${fieldsOf(request.body).join('.')}`);
  return { end: endOf(world), calls: [...new Set(calls)].sort(), changes };
}

/** The first field of a body, and of what is in it. */
function fieldsOf(body: unknown): readonly string[] {
  const [first] = Object.entries(z.record(z.string(), z.unknown()).safeParse(body).data ?? {});
  return first ? [first[0], ...fieldsOf(first[1])] : [];
}

describe.each(works)('$name', (work) => {
  let whole: Awaited<ReturnType<typeof ended>>;
  beforeAll(async () => {
    whole = await ended(work);
  });

  test('makes these requests', () => {
    const { calls, changes, end } = whole;
    expect(calls).toEqual([...work.calls].sort());
    expect(end).toMatchObject({ queue: [], letters: [], broken: [] });
    expect(changesOfTheCloud).toEqual(expect.arrayContaining(changes));
  });

  test.each(work.calls.flatMap((call) => callTroubles.map((trouble) => ({ call, ...trouble }))))(
    'ends the same when $call $how',
    async (trouble) => {
      const { end, changes } = await ended(work, trouble);
      expect(end).toEqual(whole.end);
      expect(changesOfTheCloud).toEqual(expect.arrayContaining(changes));
    },
  );
});
