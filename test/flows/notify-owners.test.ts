import { expect, test } from 'vitest';
import { notifyOwners } from '../../flows/notify-owners.ts';
import { updateService } from '../../flows/update-service.ts';
import { downHost, hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { traitOf, worldOf } from './world.ts';

const by = {
  actor: { user_id: 'admin', request_id: 'req-switch', at: minute(10) },
  reporter: { user_id: 'admin', user_name: 'admin', project_id: 'ops' },
};
const update = (maintenance: boolean) => ({ host: 'compute-1', update: { maintenance } });

const cloud = () =>
  worldOf({
    hosts: [hostWith()],
    instances: [
      instanceWith(),
      instanceWith({ uuid: id(12), project_id: 'b', vm_state: 'error' }),
      instanceWith({ uuid: id(13), host: 'compute-2' }),
      instanceWith({ uuid: id(14), deleted: true }),
    ],
  });

test('the owners are notified at the beginning and at the end, besides the event of the host', async () => {
  const world = cloud();
  for (const maintenance of [true, false]) {
    await updateService(world.deps, update(maintenance), by);
    await updateService(world.deps, update(maintenance), by);
  }
  const sent = world.sent.map((event) => [
    event.event_type,
    traitOf(event, 'resource_id'),
    traitOf(event, 'project_id'),
    traitOf(event, 'state'),
  ]);
  expect(sent).toEqual([
    ['service.update', 'compute-1', undefined, 'up'],
    ['maintenance.host', id(10), 'a', 'IN_MAINTENANCE'],
    ['maintenance.host', id(12), 'b', 'IN_MAINTENANCE'],
    ['service.update', 'compute-1', undefined, 'up'],
    ['maintenance.host', id(10), 'a', 'MAINTENANCE_COMPLETE'],
    ['maintenance.host', id(12), 'b', 'MAINTENANCE_COMPLETE'],
  ]);
  expect(world.writes).toEqual(['report compute-1', 'report compute-1']);
});

test('a fault and a switch of maintenance in one update send both kinds of events', async () => {
  const world = cloud();
  const change = { host: 'compute-1', update: { maintenance: true, forced_down: true } };
  expect(await updateService(world.deps, change, by)).toMatchObject({ affected: 1 });
  const types = world.sent.map(({ event_type }) => event_type);
  expect(types.sort()).toEqual([
    ...['compute.instance.update', 'maintenance.host', 'maintenance.host', 'service.update'],
  ]);
});

test.each(['instances', 'send'] as const)(
  'once it is recorded, a switch is answered even if `%s` fails',
  async (name) => {
    const world = cloud();
    const failing = async () => {
      throw new Error('gone');
    };
    const done = await updateService({ ...world.deps, [name]: failing }, update(true), by);
    expect(done.host.maintenance).toBe(true);
    expect(world.interruptions).toContain('owners in maintenance');
  },
);

test('a host without instances has no owners to notify', async () => {
  const world = worldOf({ hosts: [downHost()] });
  await updateService(world.deps, update(true), by);
  expect(world.sent.map(({ event_type }) => event_type)).toEqual(['service.update']);
});

test('owners are notified a hundred at a time, and a failed send is thrown', async () => {
  const instances = Array.from({ length: 250 }, (_, n) => instanceWith({ uuid: id(1000 + n) }));
  const world = worldOf({ hosts: [hostWith()], instances });
  const sizes: number[] = [];
  const notice = {
    ...{ host: 'compute-1', incarnation: id(1), revision: 2, number: 1, maintenance: true },
    ...{ fault_series: id(3), request_id: 'r', at: minute(10) },
  };
  const send = async (events: readonly unknown[]) => {
    sizes.push(events.length);
  };
  expect(await notifyOwners({ ...world.deps, send }, notice)).toBe(250);
  expect(sizes).toEqual([100, 100, 50]);
  const failing = async () => {
    throw new Error('gone');
  };
  await expect(notifyOwners({ ...world.deps, send: failing }, notice)).rejects.toThrow('gone');
});
