/**
 * Every field of every report of a host's fault. A value that makes the report meaningless is
 * refused; all others are ignored or accepted. Source: nova `api/openstack/compute/services.py` and
 * `schemas/services.py`.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { hostWith, id, instanceWith } from '../../../domain/rows.ts';
import { type World, worldOf } from '../../../flows/world.ts';
import { computeOf } from '../surface.ts';

let world: World;
let ask: ReturnType<typeof computeOf>;
beforeEach(() => {
  world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  ask = computeOf(world);
});

const report = (path: string, body: unknown, version: string) =>
  ask(`/v2.1/${path}`, { method: 'PUT', body, version });
const row = () => world.hosts.get('compute-1');
const service = `os-services/${id(2)}`;
const by = { host: 'compute-1', binary: 'nova-compute' };
const force = 'os-services/force-down';
const host = 'os-hosts/compute-1';

describe('a report counts, with any other fields beside it:', () => {
  test.each<[string, string, object]>([
    [service, '2.53', { forced_down: true }],
    [service, '2.53', { forced_down: true, disabled_reason: 'fenced by monitor' }],
    [service, '2.94', { forced_down: true, disabled_reason: 'x'.repeat(255) }],
    [service, '2.94', { forced_down: 'on', status: 'enabled' }],
    [service, '2.94', { forced_down: 'True', status: 'disabled' }],
    [service, '2.94', { forced_down: '1', status: 'disabled', disabled_reason: 'why' }],
    [force, '2.11', { ...by, forced_down: true }],
    [force, '2.52', { ...by, forced_down: 'yes' }],
    [force, '2.52', { ...by, forced_down: true, disabled_reason: 'fenced by monitor' }],
    [host, '2.1', { host_down_reported: true }],
    [host, '2.42', { host_down_reported: 'TRUE', status: 'Disable', maintenance_mode: 'ENABLE' }],
    [host, '2.1', { host: { host_down_reported: 'true' } }],
  ])('%s at %s: %j', async (path, version, body) => {
    expect((await report(path, body, version)).status).toBe(200);
    expect(row()).toMatchObject({ forced_down: true, fault_number: 1 });
    expect(world.instances.get(id(10))?.vm_state).toBe('stopped');
  });
});

test.each<[object, string, string | null]>([
  [{ forced_down: true, disabled_reason: 'why' }, 'enabled', null],
  [{ forced_down: true, disabled_reason: 'why', status: 'disabled' }, 'disabled', 'why'],
])('of %j the status is %s, and the reason %j', async (body, status, disabled_reason) => {
  await report(service, body, '2.53');
  expect(row()).toMatchObject({ forced_down: true, status, disabled_reason });
});

test('a report keeps an existing reason', async () => {
  world.hosts.set('compute-1', hostWith({ status: 'disabled', disabled_reason: 'old disks' }));
  await report(service, { forced_down: true, disabled_reason: 'fenced' }, '2.53');
  expect(row()).toMatchObject({ disabled_reason: 'old disks', forced_down: true });
});

describe('a body with no state, or with two, is refused and changes nothing:', () => {
  test.each<[string, string, unknown]>([
    [service, '2.53', {}],
    [service, '2.53', { disabled_reason: 'why' }],
    [service, '2.53', { forced_down: null }],
    [service, '2.53', { forced_down: 'down' }],
    [service, '2.53', { forced_down: true, status: 'enabled', disabled_reason: 'why' }],
    [service, '2.53', { forced_down: true, disabled_reason: '' }],
    [service, '2.53', { forced_down: true, disabled_reason: 'x'.repeat(256) }],
    [service, '2.53', { forced_down: true, disabled_reason: 7 }],
    [service, '2.53', { forced_down: true, reason: 'misspelt' }],
    [force, '2.11', by],
    [force, '2.11', { ...by, force_down: true }],
    [host, '2.1', { host_down_reported: 'down' }],
    [host, '2.1', { host_down: true }],
    [host, '2.1', { host: {} }],
  ])('%s at %s: %j', async (path, version, body) => {
    expect((await report(path, body, version)).status).toBe(400);
    expect(world.writes).toEqual([]);
  });
});

/** Nova accepts the same fields for all four actions, and reads only those that the action needs. */
describe('the other actions before 2.53', () => {
  const both = { ...by, disabled_reason: 'why', forced_down: true };
  test.each([
    ['enable', 'enabled', null],
    ['disable', 'disabled', null],
    ['disable-log-reason', 'disabled', 'why'],
  ])('%s accepts fields that it does not need', async (name, status, disabled_reason) => {
    expect((await report(`os-services/${name}`, both, '2.11')).status).toBe(200);
    expect(row()).toMatchObject({ status, disabled_reason, forced_down: false });
    expect((await report(`os-services/${name}`, both, '2.10')).status).toBe(400);
  });
});
