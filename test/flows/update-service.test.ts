import { expect, test } from 'vitest';
import { deletedHost } from '../../domain/hosts/registered-host.ts';
import { updateService } from '../../flows/update-service.ts';
import { downHost, hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { traitOf, type World, worldOf } from './world.ts';

const by = {
  actor: { user_id: 'monitor', request_id: 'req-report', at: minute(10) },
  reporter: { user_id: 'monitor', user_name: 'doctor', project_id: 'ops' },
};
const down = { host: 'compute-1', update: { forced_down: true } };
const up = { host: 'compute-1', update: { forced_down: false } };
const report = ({ deps }: World, change = down) => updateService(deps, change, by);

test('a report records host and fault, stops the instances and sends all events', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  expect(await report(world)).toMatchObject({ affected: 1, host: { forced_down: true } });
  expect(world.writes).toEqual([`report compute-1 with ${id(10)}`]);
  expect([...world.faults.values()]).toMatchObject([{ number: 1, cleared_at: null }]);
  const types = world.sent.map(({ event_type }) => event_type).sort();
  expect(types).toEqual(['compute.instance.update', 'service.update']);
  const [fault] = world.faults.keys();
  expect(world.sent.map(({ fault_id }) => fault_id)).toEqual([fault, fault]);
});

test('the same report again writes nothing and sends nothing', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  await report(world);
  const [writes, sent] = [world.writes.length, world.sent.length];
  expect(await report(world)).toMatchObject({ affected: 0, host: { forced_down: true } });
  expect([world.writes.length, world.sent.length]).toEqual([writes, sent]);
});

test('a repeated report finishes what the first one left', async () => {
  const world = worldOf({ hosts: [downHost()], instances: [instanceWith()] });
  expect(await report(world)).toMatchObject({ affected: 1 });
  expect(world.instances.get(id(10))?.vm_state).toBe('stopped');
  expect(world.sent.map(({ event_type }) => event_type)).toEqual(['compute.instance.update']);
});

test('up again restores no instance', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  await report(world);
  expect(await report(world, up)).toMatchObject({ affected: 0, host: { forced_down: false } });
  expect(world.instances.get(id(10))).toMatchObject({ vm_state: 'stopped', power_state: 4 });
});

test('a report that another writer overtakes is decided again', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  world.state.meanwhile = () => {
    world.hosts.set('compute-1', downHost());
  };
  expect(await report(world)).toMatchObject({ affected: 1, host: { fault_number: 1 } });
  expect(world.faults.size).toBe(0);
  expect(world.sent.map(({ event_type }) => event_type)).toEqual(['compute.instance.update']);
});

test.each(['change', 'instances', 'send'] as const)(
  'once it is recorded, a report is answered even if `%s` fails',
  async (name) => {
    const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
    const failing = async () => {
      throw new Error('gone');
    };
    const saveWhole = async () => false;
    const done = await updateService({ ...world.deps, saveWhole, [name]: failing }, down, by);
    expect(done.host.forced_down).toBe(true);
    expect(world.interruptions.length).toBeGreaterThan(0);
  },
);

test('a report that cannot be recorded is not answered', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  const saveReport = async () => {
    throw new Error('gone');
  };
  const deps = { ...world.deps, saveReport, saveWhole: saveReport };
  await expect(updateService(deps, down, by)).rejects.toThrow('gone');
  expect(world.sent).toEqual([]);
});

test('disabling a service changes no instance', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  const update = { host: 'compute-1', update: { status: 'disabled' as const } };
  expect(await updateService(world.deps, update, by)).toMatchObject({ affected: 0 });
  expect(world.sent.map((event) => traitOf(event, 'status'))).toEqual(['disabled']);
  expect(world.instances.get(id(10))?.vm_state).toBe('active');
});

test.each([
  ['unknown', []],
  ['deleted', [deletedHost(hostWith(), by.actor)]],
])('a host that is %s is not found', async (_, hosts) => {
  const world = worldOf({ hosts });
  await expect(report(world)).rejects.toMatchObject({ code: 'not_found' });
  expect(world.writes).toEqual([]);
});

test('endless competing writers are a conflict, not an endless wait', async () => {
  const world = worldOf({ hosts: [hostWith()] });
  const saveReport = async () => false;
  const done = updateService({ ...world.deps, saveReport }, down, by);
  await expect(done).rejects.toMatchObject({ code: 'conflict' });
});
