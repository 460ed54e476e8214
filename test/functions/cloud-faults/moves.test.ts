/** Evacuations that Nova carries out: one request for each server, and the end in Doctor as in Nova. */
import { expect, test } from 'vitest';
import type { Host } from '../../../domain/hosts/host.ts';
import {
  downHost,
  evacuationWith,
  hostWith,
  id,
  movingInstance,
  targetHost,
} from '../../domain/rows.ts';
import { cloudWorld } from './world.ts';

const evacuation = evacuationWith({
  ...{ executor: 'openstack', dest: null, dest_ip: null, dest_incarnation: null },
  created_at: '2026-01-01T00:30:00.000Z',
});
const server = movingInstance({ evacuation });
const task = { move: server.uuid, migration_uuid: evacuation.uuid, attempts: 0 };
const third = hostWith({ host: 'compute-3', incarnation: id(31), service_id: id(32) });
const hosts = (): Host[] => [downHost(), targetHost(), third];

const moving = (given = {}) => cloudWorld({ hosts: hosts(), instances: [server], ...given });
type World = Awaited<ReturnType<typeof moving>>;

const asked = (world: World) =>
  world.cloud.requests.filter(({ path }) => path.endsWith('/action')).map(({ body }) => body);
const row = (world: World) => world.rows.instances.get(server.uuid);
const ended = { task_state: null, vm_state: 'active', host: 'compute-3' };

test('Nova gets one request, and the server is where Nova put it', async () => {
  await using world = await moving();
  await world.handle(task);
  await world.drain(world.nova.work);
  expect(asked(world)).toEqual([{ evacuate: {} }]);
  expect(row(world)).toMatchObject({
    ...ended,
    evacuation: { status: 'done', dest: 'compute-3', dest_ip: third.host_ip },
  });
  expect(world.queue).toEqual([]);
  expect(world.nova.broken).toEqual([]);
});

test('the microversion is the one after which servers end active', async () => {
  await using world = await moving();
  await world.handle(task);
  const [request] = world.cloud.requests.filter(({ path }) => path.endsWith('/action'));
  expect(request?.headers['openstack-api-version']).toBe('compute 2.94');
});

test('the target that the caller named is requested', async () => {
  const named = { ...evacuation, dest: 'compute-2', dest_incarnation: targetHost().incarnation };
  await using world = await moving({ instances: [{ ...server, evacuation: named }] });
  await world.handle(task);
  await world.drain(world.nova.work);
  expect(asked(world)).toEqual([{ evacuate: { host: 'compute-2' } }]);
  expect(row(world)).toMatchObject({ ...ended, host: 'compute-2' });
});

test('the host is forced down in Nova before the request', async () => {
  await using world = await moving();
  await world.handle(task);
  expect(world.requests().filter((each) => !each.startsWith('GET'))).toEqual([
    expect.stringMatching(/^PUT .*os-services/),
    expect.stringMatching(/^POST .*action$/),
  ]);
});

test('messages that are delivered twice, or at once, make one request', async () => {
  await using world = await moving();
  await Promise.all([world.handle(task), world.handle(task)]);
  await world.handle(task);
  await world.drain(world.nova.work);
  expect(asked(world)).toHaveLength(1);
  expect(row(world)).toMatchObject(ended);
});

test.each(['lose', 'lose-answer'] as const)(
  'if Nova does not answer a request (%s), it still carries out exactly one evacuation, and the move ends',
  async (how) => {
    for (let n = 1; n <= 9; n++) {
      await using world = await moving();
      Object.assign(world.trouble, { from: n, to: n + 1, how });
      await world.handle(task);
      await world.drain(world.nova.work);
      expect(world.nova.migrations).toHaveLength(1);
      expect(world.nova.broken).toEqual([]);
      expect(row(world)).toMatchObject(ended);
      expect(world.queue).toEqual([]);
    }
  },
);

test('a process that dies between claim and request asks again only after Nova has shown no trace for a minute', async () => {
  await using world = await moving();
  const claim = { after: 0, at: '2026-01-01T00:30:00.000Z', asks: 1, refused: false };
  world.claims.set(evacuation.uuid, { ...claim, progress: 'requested' });
  world.clock.ms += 59_000;
  await world.handle(task);
  expect(asked(world)).toEqual([]);
  world.clock.ms += 2_000;
  await world.drain(world.nova.work);
  expect(asked(world)).toHaveLength(1);
  expect(world.claims.get(evacuation.uuid)?.asks).toBe(2);
  expect(row(world)).toMatchObject(ended);
});

test('an evacuation that others requested in Nova is followed, not requested again', async () => {
  await using world = await moving();
  world.nova.migrations.push({
    ...{ id: 1, uuid: id(1), instance_uuid: server.uuid, source_compute: 'compute-1' },
    ...{ migration_type: 'evacuation', status: 'accepted', dest_compute: null, wanted: null },
  });
  await world.handle(task);
  await world.drain(world.nova.work);
  expect(asked(world)).toEqual([]);
  expect(row(world)).toMatchObject({ ...ended, evacuation: { status: 'done' } });
});

test('an older evacuation that has ended is not taken for this one', async () => {
  await using world = await moving();
  world.nova.migrations.push({
    ...{ id: 1, uuid: id(1), instance_uuid: server.uuid, source_compute: 'compute-9' },
    ...{ migration_type: 'evacuation', status: 'failed', dest_compute: null, wanted: null },
  });
  await world.handle(task);
  await world.drain(world.nova.work);
  expect(asked(world)).toHaveLength(1);
  expect(row(world)).toMatchObject(ended);
});

test('a server that is powering off in Nova is evacuated; Doctor never stops it', async () => {
  await using world = await moving();
  Object.assign(world.nova.servers.get(server.uuid) ?? {}, { task_state: 'powering-off' });
  await world.handle(task);
  await world.drain(world.nova.work);
  expect(asked(world)).toEqual([{ evacuate: {} }]);
  expect(row(world)).toMatchObject(ended);
});

test('a server that Nova rebuilds without an evacuation is not touched: the move fails with the reason', async () => {
  await using world = await moving();
  Object.assign(world.nova.servers.get(server.uuid) ?? {}, { task_state: 'rebuild_spawning' });
  await world.handle(task);
  await world.drain();
  expect(asked(world)).toEqual([]);
  expect(row(world)).toMatchObject({
    ...{ host: 'compute-1', vm_state: 'stopped', task_state: null },
    evacuation: { status: 'failed', reason: expect.stringContaining('rebuild_spawning') },
  });
});

test('a failed evacuation fails in Doctor with the reason of Nova', async () => {
  await using world = await moving();
  await world.handle(task);
  const [record] = world.nova.migrations;
  Object.assign(record ?? {}, { status: 'failed' });
  const fault = { message: 'No valid host was found.' };
  Object.assign(world.nova.servers.get(server.uuid) ?? {}, { task_state: null, fault });
  await world.drain();
  expect(row(world)).toMatchObject({
    ...{ host: 'compute-1', vm_state: 'stopped', task_state: null },
    evacuation: { status: 'failed', reason: 'No valid host was found.' },
  });
});

test('a target that Nova does not know fails the move with the reason', async () => {
  const named = { ...evacuation, dest: 'compute-2', dest_incarnation: targetHost().incarnation };
  const inNova = ['compute-1', 'compute-3'];
  await using world = await moving({ instances: [{ ...server, evacuation: named }], inNova });
  await world.handle(task);
  await world.drain();
  expect(row(world)?.evacuation).toMatchObject({
    ...{ status: 'failed', reason: expect.stringContaining('Compute host compute-2 not found.') },
  });
});

test('the evacuation is requested again if Nova still takes the host for up', async () => {
  await using world = await moving({ hosts: [hostWith({ fault_number: 1 }), targetHost(), third] });
  await world.handle(task);
  expect(world.claims.get(evacuation.uuid)).toMatchObject({
    ...{ refused: true, progress: expect.stringContaining('still in use') },
  });
  world.rows.hosts.set('compute-1', downHost());
  await world.drain(world.nova.work);
  expect(asked(world)).toHaveLength(2);
  expect(world.nova.migrations).toHaveLength(1);
  expect(row(world)).toMatchObject(ended);
});

test('a source that Nova does not know fails the move with the reason', async () => {
  await using world = await moving({ inNova: ['compute-2', 'compute-3'] });
  await world.handle(task);
  expect(asked(world)).toEqual([]);
  expect(row(world)?.evacuation).toMatchObject({
    ...{ status: 'failed', reason: 'Nova has no nova-compute service on host compute-1.' },
  });
});

test('a server that Nova does not have fails the move', async () => {
  await using world = await moving();
  world.nova.servers.clear();
  await world.handle(task);
  expect(row(world)?.evacuation).toMatchObject({
    ...{ status: 'failed', reason: 'Nova does not have the server.' },
  });
});

test('the move of a server that is already on another host in Nova is done, with that host', async () => {
  await using world = await moving();
  Object.assign(world.nova.servers.get(server.uuid) ?? {}, { host: 'compute-2' });
  await world.handle(task);
  expect(asked(world)).toEqual([]);
  expect(row(world)).toMatchObject({ ...ended, host: 'compute-2' });
});

test('a server that others moved to another host than the named target is there in Doctor too', async () => {
  const named = { ...evacuation, dest: 'compute-2', dest_incarnation: targetHost().incarnation };
  await using world = await moving({ instances: [{ ...server, evacuation: named }] });
  Object.assign(world.nova.servers.get(server.uuid) ?? {}, { host: 'compute-3' });
  await world.handle(task);
  expect(asked(world)).toEqual([]);
  expect(row(world)).toMatchObject({
    ...ended,
    evacuation: {
      status: 'failed',
      dest: 'compute-2',
      reason: 'Nova has the server on compute-3.',
    },
  });
});

test('a message about a move that has ended, or about an older move, changes nothing', async () => {
  await using world = await moving();
  await world.handle({ ...task, migration_uuid: id(99) });
  expect(world.requests()).toEqual([]);
  expect(world.queue).toEqual([]);
});

test('a move to a host that is not registered yet ends when the host is registered', async () => {
  await using world = await moving({ hosts: [downHost(), targetHost()] });
  await world.handle(task);
  await world.drain(world.nova.work, 6);
  expect(row(world)?.evacuation?.status).toBe('accepted');
  world.rows.hosts.set('compute-3', third);
  await world.drain(world.nova.work);
  expect(row(world)).toMatchObject(ended);
});

test('a move that is given up fails with the last reason', async () => {
  await using world = await moving();
  await world.cloud.stop();
  await world.handle({ ...task, attempts: 299 });
  expect(row(world)?.evacuation?.status).toBe('failed');
  expect(row(world)?.evacuation?.reason).not.toBeNull();
  expect(world.letters).toMatchObject([{ element: { move: server.uuid } }]);
});

test('a host of 50 servers moves, each with one request', async () => {
  const servers = Array.from({ length: 50 }, (_, n) => ({
    ...server,
    ...{ uuid: id(1000 + n), evacuation: { ...evacuation, uuid: id(2000 + n) } },
  }));
  await using world = await moving({ instances: servers });
  world.queue.push(
    ...servers.map(({ uuid: move, evacuation: { uuid: migration_uuid } }) => ({
      ...{ task: { move, migration_uuid, attempts: 0 }, seconds: 0 },
    })),
  );
  let n = 0;
  await world.drain(() => {
    if (n++ % 50 === 0) world.nova.work();
  }, 500);
  expect(world.nova.migrations).toHaveLength(50);
  expect(world.nova.broken).toEqual([]);
  expect(
    [...world.rows.instances.values()].filter(({ host }) => host === 'compute-3'),
  ).toHaveLength(50);
});
