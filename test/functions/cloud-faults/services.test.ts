/** The state of a host's service in Nova follows that in Doctor. */
import { expect, test } from 'vitest';
import { faultId } from '../../../domain/ids.ts';
import { downHost, faultSeries, hostWith, id, instanceWith } from '../../domain/rows.ts';
import { cloudWorld } from './world.ts';

const done = { state: 'done', reason: null };
const up = (number = 1) => hostWith({ fault_number: number, revision: 3 });

test('a failed host is forced down in Nova, and its fault says so', async () => {
  await using world = await cloudWorld({ hosts: [downHost()] });
  await world.handle(world.service(downHost()));
  expect(world.nova.service('compute-1')?.forced_down).toBe(true);
  expect(world.nova.service('compute-2')?.forced_down).toBe(false);
  expect(world.outcomes.get(1)).toMatchObject({ change: 'down', ...done });
  expect(world.applied.get('compute-1')).toMatchObject({ forced_down: true, done: true });
  expect(world.queue).toEqual([]);
});

test('a message that comes again, or late, reads the newest state', async () => {
  await using world = await cloudWorld({ hosts: [downHost()] });
  const down = world.service(downHost());
  await world.handle(down);
  await world.handle(down);
  const puts = () => world.requests().filter((each) => each.startsWith('PUT')).length;
  expect(puts()).toBe(1);
  world.rows.hosts.set('compute-1', up());
  await world.handle(world.service(up()));
  await world.handle(down);
  expect(world.nova.service('compute-1')?.forced_down).toBe(false);
  expect(world.outcomes.get(1)).toMatchObject({ change: 'up', ...done });
  expect(puts()).toBe(2);
});

test('the servers of a host are read again after Nova has the host up; not before, and not for a host that is down', async () => {
  await using world = await cloudWorld({ hosts: [downHost()] });
  await world.handle(world.service(downHost()));
  world.rows.hosts.set('compute-1', up());
  await world.cloud.stop();
  await world.handle(world.service(up()));
  expect(world.hostReads).toEqual([]);
  await world.cloud.start();
  await world.drain();
  expect(world.hostReads).toEqual([{ readHost: 'compute-1' }]);
});

test('a host that comes back while Nova is written is forced up again', async () => {
  await using world = await cloudWorld({
    hosts: [downHost()],
    onApplied: ({ forced_down, done }, { hosts }) => {
      if (forced_down && done) hosts.set('compute-1', up());
    },
  });
  await world.handle(world.service(downHost()));
  expect(world.nova.service('compute-1')?.forced_down).toBe(false);
  expect(world.outcomes.get(1)).toMatchObject({ change: 'up', ...done });
});

test('a host that is down without a fault is forced down, and no fault is changed', async () => {
  const unreachable = hostWith({ forced_down: true, instances_left: true, fault_number: 1 });
  await using world = await cloudWorld({ hosts: [unreachable] });
  await world.handle(world.service(unreachable));
  expect(world.nova.service('compute-1')?.forced_down).toBe(true);
  expect(world.outcomes.size).toBe(0);
});

test('a host that Nova does not have fails with the reason, and is not tried again', async () => {
  await using world = await cloudWorld({ hosts: [downHost()], inNova: ['compute-2'] });
  await world.handle(world.service(downHost()));
  expect(world.outcomes.get(1)).toMatchObject({
    state: 'failed',
    reason: 'Nova has no nova-compute service on host compute-1.',
  });
  expect(world.queue).toEqual([]);
});

test('messages about a deleted or unknown host change nothing in Nova', async () => {
  await using world = await cloudWorld({ hosts: [downHost(1, { deleted: true })] });
  await world.handle(world.service(downHost()));
  await world.handle({ ...world.service(downHost()), service: 'unknown' });
  expect(world.requests()).toEqual([]);
});

test('while Nova does not answer, the fault is pending with the reason; it is applied when Nova answers again', async () => {
  await using world = await cloudWorld({ hosts: [downHost()] });
  await world.cloud.stop();
  await world.handle(world.service(downHost()));
  expect(world.outcomes.get(1)).toMatchObject({ change: 'down', state: 'pending' });
  expect(world.outcomes.get(1)?.reason).not.toBeNull();
  const pauses: number[] = [];
  for (let n = 0; n < 8; n++) {
    const [next] = world.queue.splice(0, 1);
    if (!next) break;
    pauses.push(next.seconds);
    await world.handle(next.task);
  }
  expect(pauses).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
  await world.cloud.start();
  await world.drain();
  expect(world.nova.service('compute-1')?.forced_down).toBe(true);
  expect(world.outcomes.get(1)).toMatchObject({ change: 'down', ...done });
});

test('Nova refuses to force a host up while it has finished evacuations, and accepts it after the host’s restart', async () => {
  await using world = await cloudWorld({ hosts: [up()], instances: [instanceWith()] });
  const { nova } = world;
  Object.assign(nova.service('compute-1') ?? {}, { forced_down: true });
  nova.migrations.push({
    ...{ id: 1, uuid: id(1), instance_uuid: id(10), source_compute: 'compute-1', status: 'done' },
    ...{ migration_type: 'evacuation', dest_compute: 'compute-3', wanted: null },
  });
  await world.handle(world.service(up()));
  expect(world.outcomes.get(1)).toMatchObject({
    change: 'up',
    state: 'pending',
    reason: expect.stringContaining('Unable to force up host compute-1 as `done` evacuation'),
  });
  nova.restart('compute-1');
  await world.drain();
  expect(nova.service('compute-1')?.forced_down).toBe(false);
  expect(world.outcomes.get(1)).toMatchObject({ change: 'up', ...done });
});

test('a retry ends if a later change of the host has its own message', async () => {
  await using world = await cloudWorld({ hosts: [downHost()] });
  await world.cloud.stop();
  await world.handle(world.service(downHost()));
  world.rows.hosts.set('compute-1', up());
  await world.handle(world.service(up()));
  await world.cloud.start();
  const before = world.queue.length;
  await world.drain();
  expect(before).toBe(2);
  expect(world.nova.service('compute-1')?.forced_down).toBe(false);
  expect(world.requests().filter((each) => each.includes('os-services'))).toHaveLength(1);
});

test('a task is given up after a day: the fault has failed, and a dead letter says why', async () => {
  await using world = await cloudWorld({ hosts: [downHost()] });
  await world.cloud.stop();
  await world.handle({ ...world.service(downHost()), attempts: 299 });
  expect(world.queue).toEqual([]);
  expect(world.outcomes.get(1)).toMatchObject({ change: 'down', state: 'failed' });
  expect(world.letters).toMatchObject([{ element: { service: 'compute-1', attempts: 299 } }]);
});

test('a task of a walk is not tried for longer than until the next walk, and leaves no dead letter', async () => {
  await using world = await cloudWorld({ hosts: [downHost()] });
  await world.cloud.stop();
  await world.handle({ ...world.service(downHost()), of_walk: true, attempts: 13 });
  expect(world.queue).toMatchObject([{ task: { of_walk: true, attempts: 14 }, seconds: 300 }]);
  await world.drain();
  expect(world.queue).toEqual([]);
  expect(world.letters).toEqual([]);
  expect(world.outcomes.get(1)).toMatchObject({ change: 'down', state: 'pending' });
});

const hit = (n: number, given: object = {}) =>
  instanceWith({
    ...{ uuid: id(n), vm_state: 'stopped', fault_number: 1 },
    pre_fault: {
      ...{ vm_state: 'active', power_state: 1, task_state: null },
      ...{ fault_id: faultId(faultSeries, 1), at: downHost().updated_at },
    },
    ...given,
  });

test('with the setting, servers that the fault stopped are put in error, and no others', async () => {
  const untouched = instanceWith({ uuid: id(12), vm_state: 'resized', fault_number: 1 });
  const instances = [hit(11), untouched, hit(13, { host: 'compute-2' })];
  await using world = await cloudWorld({ hosts: [downHost()], instances, marksServers: true });
  await world.handle(world.service(downHost()));
  await world.handle(world.service(downHost()));
  const states = [...world.nova.servers.values()].map(({ vm_state }) => vm_state);
  expect(states).toEqual(['error', 'active', 'active']);
  expect(world.requests().filter((each) => each.endsWith('/action'))).toHaveLength(1);
  expect(world.nova.broken).toEqual([]);
});

test('without the setting no server is touched', async () => {
  await using world = await cloudWorld({ hosts: [downHost()], instances: [hit(11)] });
  await world.handle(world.service(downHost()));
  expect(world.requests().filter((each) => each.includes('servers'))).toEqual([]);
});

test.each(['lose', 'lose-answer'] as const)(
  'if Nova does not answer a request (%s), it still ends in the right state',
  async (how) => {
    for (let n = 1; n <= 4; n++) {
      await using world = await cloudWorld({
        ...{ hosts: [downHost()], instances: [hit(11)], marksServers: true },
      });
      // Each request is tried twice in one invocation.
      Object.assign(world.trouble, { from: n, to: n + 1, how });
      await world.handle(world.service(downHost()));
      await world.drain();
      expect(world.nova.service('compute-1')?.forced_down).toBe(true);
      expect(world.nova.servers.get(id(11))?.vm_state).toBe('error');
      expect(world.outcomes.get(1)).toMatchObject({ change: 'down', ...done });
    }
  },
);
