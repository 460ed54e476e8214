import { beforeEach, describe, expect, test } from 'vitest';
import { downHost, hostWith, id, instanceWith } from '../../../domain/rows.ts';
import { type World, worldOf } from '../../../flows/world.ts';
import { type Asked, computeOf, projectA } from '../surface.ts';

let world: World;
let ask: ReturnType<typeof computeOf>;
beforeEach(() => {
  world = worldOf({
    hosts: [
      hostWith(),
      hostWith({ host: 'compute-2', zone: 'other' }),
      hostWith({ host: 'compute-3', status: 'disabled' }),
      hostWith({ host: 'gone', deleted: true }),
    ],
    instances: [
      instanceWith(),
      instanceWith({ uuid: id(12), project_id: 'b', vm_state: 'stopped' }),
      instanceWith({ uuid: id(13), host: 'compute-2' }),
    ],
  });
  ask = computeOf(world);
});

const path = '/v2.1/os-hosts/compute-1';
const put = (body: unknown, given: Asked = {}) => ask(path, { method: 'PUT', body, ...given });
const row = () => world.hosts.get('compute-1');

/** The rules of docs/wire/compute.md#hosts. */
const one = (host_name: string, zone: string) => ({ host_name, service: 'compute', zone });
test.each<{ query: Record<string, string[]>; hosts: unknown[] }>([
  { query: {}, hosts: [one('compute-1', 'nova'), one('compute-2', 'other')] },
  { query: { zone: [''] }, hosts: [one('compute-1', 'nova'), one('compute-2', 'other')] },
  { query: { zone: ['other'] }, hosts: [one('compute-2', 'other')] },
  { query: { zone: ['nowhere'] }, hosts: [] },
])('the list of $query leaves out disabled hosts', async ({ query, hosts }) => {
  expect(await ask('/v2.1/os-hosts', { query })).toMatchObject({ status: 200, body: { hosts } });
});

test('a host is shown with its resources, the used ones, and those of each project', async () => {
  const of = (project: string, cpu: number, memory_mb: number, disk_gb: number) => ({
    resource: { host: 'compute-1', project, cpu, memory_mb, disk_gb },
  });
  const { body } = await ask(path);
  expect(body).toEqual({
    host: [
      of('(total)', 32, 131072, 1800),
      of('(used_now)', 2, 4096, 50),
      of('(used_max)', 2, 4096, 50),
      of('a', 1, 2048, 25),
      of('b', 1, 2048, 25),
    ],
  });
});

const wrapped = (status: string, maintenance_mode: string, host_down_reported: string) => ({
  host: { host: 'compute-1', status, maintenance_mode, host_down_reported },
});
const host = 'compute-1';

test.each([
  [{ status: 'disable' }, { host, status: 'disabled' }],
  [{ status: 'Enable' }, { host, status: 'enabled' }],
  [{ status: 'DISABLE' }, { host, status: 'disabled' }],
  [{ maintenance_mode: 'Enable' }, { host, maintenance_mode: 'on_maintenance' }],
  [{ maintenance_mode: 'disable' }, { host, maintenance_mode: 'off_maintenance' }],
  [{ host_down_reported: true }, { host, host_down_reported: 'true' }],
  [{ host_down_reported: 'FALSE' }, { host, host_down_reported: 'false' }],
  [
    { status: 'disable', maintenance_mode: 'enable', host_down_reported: 'True' },
    { host, status: 'disabled', maintenance_mode: 'on_maintenance', host_down_reported: 'true' },
  ],
  [{ host: { status: 'disable' } }, wrapped('disabled', 'disabled', 'false')],
  [{ host: { maintenance_mode: 'ENABLE' } }, wrapped('enabled', 'enabled', 'false')],
  [{ host: { host_down_reported: 'true' } }, wrapped('enabled', 'disabled', 'true')],
  [
    { host: { status: 'disable', maintenance_mode: 'enable', host_down_reported: true } },
    wrapped('disabled', 'enabled', 'true'),
  ],
])('%j is answered in its own envelope, also when it is repeated', async (body, reply) => {
  expect(await put(body)).toMatchObject({ status: 200, body: reply });
  const written = row();
  const again = await put(body);
  expect(again).toMatchObject({ status: 200, body: reply });
  expect(again.body).toEqual(reply);
  expect(row()).toEqual(written);
});

test('all three fields are one update, which stops the instances of the host', async () => {
  const body = { status: 'disable', maintenance_mode: 'enable', host_down_reported: true };
  const { headers } = await put({ host: body }, { version: '2.42' });
  expect(headers['X-Doctor-Instances-Affected']).toBe('2');
  expect(row()).toMatchObject({
    ...{ status: 'disabled', maintenance: true, forced_down: true, fault_number: 1, revision: 2 },
  });
  expect(world.instances.get(id(10))).toMatchObject({ vm_state: 'stopped', power_state: 4 });
  expect(world.faults.size).toBe(1);
  expect(world.writes.filter((write) => write.startsWith('report'))).toHaveLength(1);
});

test('a report of a fault leaves the service enabled, and its end restores nothing', async () => {
  await put({ host_down_reported: true });
  await put({ host_down_reported: false });
  expect(row()).toMatchObject({ status: 'enabled', forced_down: false, fault_number: 1 });
  expect(world.instances.get(id(10))?.vm_state).toBe('stopped');
});

test('to enable a host clears the reason why it was disabled', async () => {
  world.hosts.set(host, hostWith({ status: 'disabled', disabled_reason: 'disk' }));
  await put({ status: 'enable' });
  expect(row()).toMatchObject({ status: 'enabled', disabled_reason: null });
});

describe('refused', () => {
  const down = { host_down_reported: true };
  test.each([
    ...[undefined, null, [], 'x', '', 1, true, {}, { host: {} }, { host: null }, { host: [] }],
    ...['status', 'maintenance_mode'].flatMap((field) =>
      ['', 'enabled', 'eNable', ' enable', true, 1, null, [], {}].map((value) => ({
        ...down,
        [field]: value,
      })),
    ),
    ...['', 'yes', '1', 1, 0, null, [], {}, ' true'].map((value) => ({
      host: { status: 'disable', host_down_reported: value },
    })),
    { ...down, unheard_of: 1 },
    { host: { ...down, unheard_of: 1 } },
    { host: down, status: 'disable' },
    { host: down, ...down },
    { ...down, __proto__x: 1 },
  ])('with 400 is %j, and nothing changes', async (body) => {
    const before = row();
    const { status, body: answer } = await put(body);
    expect({ status, answer }).toEqual({
      status: 400,
      answer: { badRequest: { code: 400, message: expect.any(String) } },
    });
    expect(row()).toEqual(before);
    expect(world.writes).toEqual([]);
  });

  test('with the name of the field, if a field in the envelope is wrong', async () => {
    expect(JSON.stringify((await put({ host: { status: 'on' } })).body)).toContain('host.status');
    expect(JSON.stringify((await put({ unheard_of: 1 })).body)).toContain('unheard_of');
  });

  const good = { method: 'PUT', body: down };
  test.each([
    { what: 'a member', given: { ...good, as: 'member' }, status: 403 },
    { what: 'a member with a bad body', given: { ...good, body: {}, as: 'member' }, status: 400 },
    { what: 'a service', given: { ...good, as: 'service' }, status: 403 },
    { what: 'a member who lists', path: '/v2.1/os-hosts', given: { as: 'member' }, status: 403 },
    { what: 'a member who shows', given: { as: 'member' }, status: 403 },
    { what: 'no user', given: { ...good, as: '' }, status: 401 },
    { what: 'version 2.43', given: { ...good, version: '2.43' }, status: 404 },
    { what: 'the list at 2.43', path: '/v2.1/os-hosts', given: { version: '2.43' }, status: 404 },
    { what: 'a host of no name', path: '/v2.1/os-hosts/a%20b', given: good, status: 404 },
    { what: 'an unknown host', path: '/v2.1/os-hosts/unknown', given: good, status: 404 },
    { what: 'a deleted host', path: '/v2.1/os-hosts/gone', given: good, status: 404 },
    { what: 'an unknown host shown', path: '/v2.1/os-hosts/unknown', given: {}, status: 404 },
  ])('with $status is $what', async ({ path: to = path, given, status }) => {
    expect((await ask(to, given)).status).toBe(status);
    expect(world.writes).toEqual([]);
  });
});

test('the path may contain the project', async () => {
  const to = `/v2.1/${projectA}/os-hosts/compute-1`;
  const body = { host: { host_down_reported: 'true' } };
  expect((await ask(to, { method: 'PUT', body })).status).toBe(200);
  expect(row()).toMatchObject(
    (({ forced_down, fault_number }) => ({ forced_down, fault_number }))(downHost()),
  );
});

test.each(['startup', 'shutdown', 'reboot'])('%s is answered with 501', async (action) => {
  const answer = await ask(`${path}/${action}`);
  expect(answer).toMatchObject({ status: 501, body: { notImplemented: { code: 501 } } });
  expect((await ask(`/v2.1/os-hosts/unknown/${action}`)).status).toBe(404);
});
