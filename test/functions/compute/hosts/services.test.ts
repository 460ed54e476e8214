import { beforeEach, describe, expect, test } from 'vitest';
import { downHost, hostWith, id, instanceWith, minute } from '../../../domain/rows.ts';
import { type World, worldOf } from '../../../flows/world.ts';
import { type Asked, computeOf, projectA } from '../surface.ts';

let world: World;
let ask: ReturnType<typeof computeOf>;
beforeEach(() => {
  world = worldOf({
    hosts: [hostWith(), hostWith({ host: 'compute-2', service_id: id(22), service_number: 2 })],
    instances: [instanceWith()],
  });
  ask = computeOf(world);
});
const by = { host: 'compute-1', binary: 'nova-compute' };
const put = (path: string, body: unknown, given: Asked = {}) =>
  ask(`/v2.1/os-services/${path}`, { method: 'PUT', body, ...given });
const uuid = id(2);

const record = {
  binary: 'nova-compute',
  host: 'compute-1',
  zone: 'nova',
  status: 'enabled',
  state: 'up',
  // The time of the request is minute 10. The host is up without a heartbeat.
  updated_at: '2026-01-01T00:10:00.000000',
  disabled_reason: null,
};

/** Exactly these keys, because tempest refuses others: docs/wire/compute.md#services. */
test.each([
  ['2.1', { ...record, id: 1 }],
  ['2.10', { ...record, id: 1 }],
  ['2.11', { ...record, id: 1, forced_down: false }],
  ['2.52', { ...record, id: 1, forced_down: false }],
  ['2.53', { ...record, id: uuid, forced_down: false }],
  ['latest', { ...record, id: uuid, forced_down: false }],
])('at %s a service is shown with the keys of that version', async (version, service) => {
  const answer = await ask('/v2.1/os-services', { version, query: { host: ['compute-1'] } });
  expect(answer).toMatchObject({ status: 200, body: { services: [service] } });
  expect(answer.body).toEqual({ services: [service] });
});

test('a host without heartbeats is down, and one with a heartbeat shows its time', async () => {
  const silent = hostWith({ heartbeat: true });
  world.hosts.set('compute-1', silent);
  const query = { host: ['compute-1'] };
  const silence = await ask('/v2.1/os-services', { query });
  expect(silence.body).toMatchObject({ services: [{ state: 'down', status: 'enabled' }] });
  world.hosts.set('compute-1', { ...silent, last_seen_up: minute(9) });
  const listed = await ask('/v2.1/os-services', { query });
  expect(listed.body).toMatchObject({
    services: [{ state: 'up', updated_at: '2026-01-01T00:09:00.000000' }],
  });
});

test.each([
  [{}, ['compute-1', 'compute-2']],
  [{ host: ['compute-2'] }, ['compute-2']],
  [{ host: [''] }, ['compute-1', 'compute-2']],
  [{ host: ['compute'] }, []],
  [{ binary: ['nova-compute'] }, ['compute-1', 'compute-2']],
  [{ binary: ['nova-scheduler'] }, []],
  [{ host: ['compute-1'], binary: ['nova-compute'] }, ['compute-1']],
])('services are listed by %o: %o', async (query, hosts) => {
  const { body } = await ask('/v2.1/os-services', { query });
  expect(body).toMatchObject({ services: hosts.map((host) => ({ host })) });
});

test.each(['#service-number', 'x y', '%', 'ä'])(
  'a name that no host can have is no host: %s',
  async (host) => {
    const row = async () => expect.unreachable();
    const strict = computeOf({ ...world, deps: { ...world.deps, host: row } });
    const answer = await strict('/v2.1/os-services', { query: { host: [host] } });
    expect(answer).toMatchObject({ status: 200, body: { services: [] } });
  },
);

/**
 * The actions by version: 404 before an action exists; 400 from 2.53 on, where its name is read as
 * a uuid.
 */
const actions = [
  { name: 'enable', body: by, from: 1 },
  { name: 'disable', body: by, from: 1 },
  { name: 'disable-log-reason', body: { ...by, disabled_reason: 'r' }, from: 1 },
  { name: 'force-down', body: { ...by, forced_down: true }, from: 11 },
  { name: 'explode', body: by, from: 53 },
];
const matrix = actions.flatMap((action) =>
  [1, 10, 11, 52, 53, 94].map((minor) => ({
    ...action,
    version: `2.${minor}`,
    status: minor >= 53 ? 400 : minor >= action.from ? 200 : 404,
  })),
);
test.each(matrix)(
  'PUT os-services/$name at $version is $status',
  async ({ name, body, version, status }) => {
    const answer = await put(name, body, { version });
    expect(answer.status).toBe(status);
    if (status === 404) expect(answer.body).toHaveProperty('itemNotFound');
    if (status === 400) expect(answer.body).toHaveProperty('badRequest');
  },
);

test.each(['2.1', '2.52'])('PUT os-services/{uuid} is not there at %s', async (version) => {
  const answer = await put(uuid, { forced_down: true }, { version });
  expect(answer.status).toBe(404);
  expect(world.writes).toEqual([]);
});

test.each([
  ['enable', by, { ...by, status: 'enabled' }],
  ['enable', { ...by, disabled_reason: 'r' }, { ...by, status: 'enabled' }],
  ['disable', { ...by, disabled_reason: 'dropped' }, { ...by, status: 'disabled' }],
  [
    'disable-log-reason',
    { ...by, disabled_reason: 'r' },
    { ...by, status: 'disabled', disabled_reason: 'r' },
  ],
  ['force-down', { ...by, forced_down: 'True' }, { ...by, forced_down: true }],
])('%s answers only with the requested fields', async (name, body, service) => {
  const answer = await put(name, body, { version: '2.11' });
  expect(answer).toMatchObject({ status: 200 });
  expect(answer.body).toEqual({ service });
});

test('a report stops the instances, and only a header says how many', async () => {
  const answer = await put('force-down', { ...by, forced_down: true }, { version: '2.11' });
  expect(answer.headers['X-Doctor-Instances-Affected']).toBe('1');
  expect(world.instances.get(id(10))?.vm_state).toBe('stopped');
  const again = await put('force-down', { ...by, forced_down: true }, { version: '2.11' });
  expect(again.body).toEqual(answer.body);
  expect(again.headers['X-Doctor-Instances-Affected']).toBe('0');
});

test.each([
  [{ forced_down: true }, { forced_down: true, state: 'down', status: 'enabled' }],
  [{ forced_down: 'off' }, { forced_down: false, state: 'up' }],
  [
    { status: 'disabled', disabled_reason: 'r' },
    { status: 'disabled', disabled_reason: 'r' },
  ],
  [
    { status: 'disabled', forced_down: true },
    { status: 'disabled', state: 'down' },
  ],
  [{ status: 'enabled' }, { status: 'enabled', disabled_reason: null }],
])('from 2.53 on, %o is answered with the full record', async (body, service) => {
  const answer = await put(uuid, body, { version: '2.53' });
  expect(answer).toMatchObject({ status: 200, body: { service: { id: uuid, ...service } } });
});

test.each([
  {},
  { disabled_reason: 'r' },
  { status: 'enabled', disabled_reason: 'r' },
  { status: 'up' },
  { forced_down: 2 },
  { forced_down: 'TRue' },
  { forced_down: null },
  { forced_down: true, host: 'compute-1' },
  { status: 'disabled', disabled_reason: '' },
  { status: 'disabled', disabled_reason: 'r'.repeat(256) },
])('from 2.53 on, %o is refused and changes nothing', async (body) => {
  const answer = await put(uuid, body, { version: '2.53' });
  expect(answer.status).toBe(400);
  expect(world.writes).toEqual([]);
});

test.each([
  ['force-down', by],
  ['force-down', { host: 'compute-1', forced_down: true }],
  ['force-down', { ...by, forced_down: true, more: 1 }],
  ['force-down', { ...by, host: 'a b', forced_down: true }],
  ['force-down', { ...by, binary: 'nova-scheduler', forced_down: true }],
  ['disable-log-reason', by],
])('before 2.53, %s with %o is refused and changes nothing', async (name, body) => {
  expect((await put(name, body, { version: '2.11' })).status).toBe(400);
  expect(world.writes).toEqual([]);
});

test('an unknown host or service is not found', async () => {
  const unknown = { ...by, host: 'unknown', forced_down: true };
  expect((await put('force-down', unknown, { version: '2.11' })).status).toBe(404);
  expect((await put(id(404), { forced_down: true }, { version: '2.53' })).status).toBe(404);
});

test.each([
  { version: '2.53', which: id(22), status: 204 },
  { version: '2.53', which: '2', status: 400 },
  { version: '2.53', which: id(404), status: 404 },
  { version: '2.52', which: '2', status: 204 },
  { version: '2.52', which: id(22), status: 400 },
  { version: '2.52', which: '0x2', status: 400 },
  { version: '2.52', which: '2e0', status: 400 },
  { version: '2.52', which: '%202', status: 400 },
  { version: '2.52', which: '+2', status: 400 },
  { version: '2.52', which: '2.0', status: 400 },
  { version: '2.52', which: '9'.repeat(40), status: 400 },
  { version: '2.52', which: '404', status: 404 },
  { version: '2.53', which: uuid, status: 409 },
])('DELETE os-services/$which at $version is $status', async ({ version, which, status }) => {
  const answer = await ask(`/v2.1/os-services/${which}`, { method: 'DELETE', version });
  expect(answer.status).toBe(status);
});

test.each(['member', 'service'])('a %s may do nothing here, and sees no host', async (as) => {
  expect((await ask('/v2.1/os-services', { as })).status).toBe(403);
  for (const host of ['compute-1', 'unknown']) {
    const body = { ...by, host, forced_down: true };
    expect((await put('force-down', body, { as, version: '2.11' })).status).toBe(403);
  }
  for (const each of [uuid, id(404)]) {
    expect((await put(each, { forced_down: true }, { as, version: '2.53' })).status).toBe(403);
  }
  expect(world.writes).toEqual([]);
});

/**
 * Each case fails two checks, and the answer is that of the earlier check:
 * docs/wire/compute.md#order-of-checks.
 */
const xml = { 'Content-Type': 'application/xml' };
test.each([
  { order: '401 before 406', given: { as: '', version: '9.9' }, status: 401 },
  { order: '406 before 415', given: { version: '9.9', headers: xml }, status: 406 },
  { order: '400 of the version before 415', given: { version: 'x', headers: xml }, status: 400 },
  { order: '415 before the project', project: 'b', given: { headers: xml }, status: 415 },
  { order: '415 before 404', given: { headers: xml, version: '2.1' }, status: 415 },
  { order: '400 of JSON before 404', given: { body: '{', version: '2.1' }, status: 400 },
  { order: '400 of the project before 404', project: 'b', given: { version: '2.1' }, status: 400 },
  { order: '404 of the version before 400', given: { body: {}, version: '2.1' }, status: 404 },
  { order: '404 of the version before 403', given: { as: 'member', version: '2.1' }, status: 404 },
  { order: '400 of the schema before 403', given: { as: 'member', body: {} }, status: 400 },
  { order: '403 before 404', given: { as: 'member' }, status: 403 },
])('$order', async ({ given, project, status }) => {
  const segment = project ? `/${project.repeat(32)}` : '';
  const answer = await ask(`/v2.1${segment}/os-services/force-down`, {
    method: 'PUT',
    version: '2.11',
    body: { ...by, host: 'unknown', forced_down: true },
    ...given,
  });
  expect(answer.status).toBe(status);
});

test.each([
  ['', 200],
  [`/${projectA}`, 200],
  ['/b', 400],
])('with the project segment "%s" it is the same route: %i', async (segment, status) => {
  expect((await ask(`/v2.1${segment}/os-services`)).status).toBe(status);
});

test('a token without a project has no project in its path', async () => {
  const answer = await ask(`/v2.1/${projectA}/os-services`, { as: 'unscoped' });
  expect(answer.status).toBe(400);
});

test('a host that is down says so, and keeps its status', async () => {
  world.hosts.set('compute-1', downHost());
  const { body } = await ask('/v2.1/os-services', { query: { host: ['compute-1'] } });
  expect(body).toMatchObject({ services: [{ state: 'down', status: 'enabled' }] });
});

/** `instancesOnForceDown` = `leave`, as Nova: docs/wire/compute.md#a-host-that-is-reported-down. */
describe('with instancesOnForceDown: leave', () => {
  beforeEach(() => {
    ask = computeOf(world, { forceDownLeavesInstances: true });
  });
  const force = [
    ['force-down', { ...by, forced_down: true }, '2.11'],
    [uuid, { forced_down: true }, '2.53'],
  ] as const;
  const report = () =>
    ask('/v2.1/os-hosts/compute-1', {
      ...{ method: 'PUT', body: { host: { host_down_reported: true } } },
    });

  test.each(force)('%s sets the flag, and changes no instance', async (path, body, version) => {
    const { status, headers } = await put(path, body, { version });
    expect([status, headers['X-Doctor-Instances-Affected']]).toEqual([200, '0']);
    expect(world.hosts.get('compute-1')).toMatchObject({ forced_down: true, fault_number: 0 });
    expect(world.writes).toEqual(['report compute-1']);
    expect(world.faults.size).toBe(0);
    const { body: list } = await ask('/v2.1/os-services', { query: { host: ['compute-1'] } });
    expect(list).toMatchObject({ services: [{ state: 'down', status: 'enabled' }] });
  });

  test('os-hosts still reports a fault, also of a host that is forced down already', async () => {
    await put('force-down', { ...by, forced_down: true }, { version: '2.11' });
    const { body, headers } = await report();
    expect(headers['X-Doctor-Instances-Affected']).toBe('1');
    expect(body).toMatchObject({ host: { host_down_reported: 'true' } });
    expect(world.instances.get(id(10))).toMatchObject({ vm_state: 'stopped', power_state: 4 });
    expect(world.faults.size).toBe(1);
  });

  test('a force-down does not take a report back', async () => {
    await report();
    const { headers } = await put(uuid, { forced_down: true }, { version: '2.53' });
    expect(headers['X-Doctor-Instances-Affected']).toBe('0');
    expect(world.hosts.get('compute-1')).toMatchObject({ instances_left: false, fault_number: 1 });
  });

  test('os-hosts shows host_down_reported false for a host that is only forced down', async () => {
    await put(uuid, { forced_down: true }, { version: '2.53' });
    const { body } = await ask('/v2.1/os-hosts/compute-1', {
      ...{ method: 'PUT', body: { host: { status: 'enable' } } },
    });
    expect(body).toMatchObject({ host: { host_down_reported: 'false' } });
    expect(world.hosts.get('compute-1')).toMatchObject({ forced_down: true });
  });
});
