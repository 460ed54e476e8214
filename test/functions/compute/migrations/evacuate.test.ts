import { beforeEach, describe, expect, test } from 'vitest';
import { downHost, hostWith, id, instanceWith, minute, targetHost } from '../../../domain/rows.ts';
import { type World, worldOf } from '../../../flows/world.ts';
import { type Asked, computeOf, projectA } from '../surface.ts';

let world: World;
let ask: ReturnType<typeof computeOf>;

beforeEach(() => {
  world = worldOf({
    hosts: [downHost(), targetHost(), hostWith({ host: 'compute-3', status: 'disabled' })],
    instances: [10, 11, 12].map((n) => instanceWith({ uuid: id(n), project_id: projectA })),
  });
  ask = computeOf(world);
});

const evacuate = (body: unknown, given: Asked = {}, n = 10) =>
  ask(`/v2.1/servers/${id(n)}/action`, { method: 'POST', body: { evacuate: body }, ...given });
const where = () => world.instances.get(id(10))?.host;
const message = (body: unknown) => expect.stringContaining(String(body));

const shared = { onSharedStorage: false };
const host = 'compute-2';
/** The bodies by microversion: docs/wire/compute.md#evacuation. */
test.each<[string, unknown, number, string]>([
  ['2.1', shared, 200, ''],
  ['2.13', { onSharedStorage: 'True', host }, 200, ''],
  ['2.13', { ...shared, host, adminPass: 'secret' }, 200, ''],
  ['2.1', {}, 400, 'onSharedStorage'],
  ['2.13', { onSharedStorage: true, adminPass: 'secret' }, 400, 'adminPass'],
  ['2.1', { ...shared, force: true, host }, 400, 'force'],
  ['2.14', {}, 200, ''],
  ['2.14', { host, adminPass: 'secret' }, 200, ''],
  ['2.14', shared, 400, 'onSharedStorage'],
  ['2.28', { host, force: true }, 400, 'force'],
  ['2.29', { host, force: true }, 200, ''],
  ['2.67', { host, force: 'on' }, 200, ''],
  ['2.67', { force: false }, 200, ''],
  ['2.29', { force: true }, 400, 'force'],
  ['2.67', { force: 'perhaps', host }, 400, 'force'],
  ['2.68', { host }, 200, ''],
  ['2.94', {}, 200, ''],
  ['2.68', { host, force: true }, 400, 'force'],
  ['2.94', { host, force: false }, 400, 'force'],
  ['2.94', { host: 'a b' }, 400, 'host'],
  ['2.94', { host: '' }, 400, 'host'],
  ['2.94', { host: 7 }, 400, 'host'],
  ['2.94', { adminPass: 7 }, 400, 'adminPass'],
  ['2.94', { host, adminPass: 'x'.repeat(5000) }, 200, ''],
  ['2.94', { unheard_of: 1 }, 400, 'unheard_of'],
  ['2.94', null, 400, 'evacuate'],
  ['2.94', [], 400, 'evacuate'],
  ['2.94', 'compute-2', 400, 'evacuate'],
])('at %s %j is a %i', async (version, body, status, field) => {
  const answer = await evacuate(body, { version });
  expect(answer.status).toBe(status);
  if (status === 400) {
    expect(answer.body).toEqual({ badRequest: { code: 400, message: message(field) } });
    expect(world.writes).toEqual([]);
  } else expect(where()).toBe('compute-2');
});

test('before 2.14 the answer has the given or generated password; later it is empty', async () => {
  const given = await evacuate({ ...shared, adminPass: 'secret' }, { version: '2.13' });
  expect(given.body).toEqual({ adminPass: 'secret' });
  const made = await evacuate(shared, { version: '2.1' }, 11);
  expect(made.body).toEqual({ adminPass: expect.stringMatching(/^.{12}$/) });
  expect((await evacuate({ adminPass: 'secret' }, { version: '2.14' }, 12)).body).toBeUndefined();
  expect(JSON.stringify([...world.instances.values()])).not.toContain('secret');
});

test.each([
  ['unknown', { body: { host: 'unknown' } }, 404],
  ['where it is', { body: { host: 'compute-1' } }, 400],
  ['disabled: the server has the reason', { body: { host: 'compute-3' } }, 200],
])('a target that is %s', async (_, { body }, status) => {
  expect((await evacuate(body, { version: '2.94' })).status).toBe(status);
  expect(where()).toBe('compute-1');
  const { body: server } = await ask(`/v2.1/servers/${id(10)}`, { version: '2.94' });
  expect(server).toMatchObject({ server: { status: status === 200 ? 'ERROR' : 'SHUTOFF' } });
});

test.each([
  ['a member', { as: 'member' }, 10, 403],
  ['a member, with a bad body', { as: 'member', body: { evacuate: 1 } }, 10, 400],
  ['a member of another project', { as: 'memberOfB' }, 10, 404],
  ['a service', { as: 'service' }, 10, 404],
  ['an administrator, of nothing', {}, 404, 404],
])('%s is answered with a %i', async (_, given, n, status) => {
  expect((await evacuate({}, { version: '2.94', ...given }, n)).status).toBe(status);
  expect(where()).toBe('compute-1');
});

test('no server leaves a host that is up, and no paused server is evacuated', async () => {
  world.hosts.set('compute-1', hostWith());
  const up = await evacuate({}, { version: '2.94' });
  expect(up).toMatchObject({ status: 400, body: { badRequest: { code: 400 } } });
  world.instances.set(id(10), instanceWith({ vm_state: 'paused', power_state: 3 }));
  expect((await evacuate({}, { version: '2.94' })).status).toBe(409);
  expect(world.writes).toEqual([]);
});

test('servers may leave a host that is down without a report', async () => {
  world.hosts.set('compute-1', hostWith({ heartbeat: true }));
  expect((await evacuate({}, { version: '2.94' })).status).toBe(200);
  expect(world.instances.get(id(10))).toMatchObject({ host: 'compute-2', vm_state: 'active' });
});

describe('os-migrations', () => {
  const list = '/v2.1/os-migrations';
  const get = (query: Record<string, string[]> = {}, version = '2.94', as = 'admin') =>
    ask(list, { query, version, as });

  beforeEach(async () => {
    for (const n of [10, 11, 12]) await evacuate({}, { version: '2.94' }, n);
  });

  const first = {
    id: expect.any(Number),
    status: 'done',
    instance_uuid: id(10),
    ...{ source_compute: 'compute-1', source_node: 'compute-1' },
    ...{ dest_compute: 'compute-2', dest_node: 'compute-2', dest_host: '192.0.2.12' },
    ...{ old_instance_type_id: null, new_instance_type_id: null },
    created_at: '2026-01-01T00:10:00.000000',
    updated_at: '2026-01-01T00:10:00.000000',
  };
  const type = { migration_type: 'evacuation' };
  const uuid = { uuid: expect.any(String) };
  const owner = { user_id: 'admin', project_id: projectA };
  test.each([
    ['2.1', first],
    ['2.22', first],
    ['2.23', { ...first, ...type }],
    ['2.58', { ...first, ...type }],
    ['2.59', { ...first, ...type, ...uuid }],
    ['2.79', { ...first, ...type, ...uuid }],
    ['2.80', { ...first, ...type, ...uuid, ...owner }],
    ['2.94', { ...first, ...type, ...uuid, ...owner }],
  ])('at %s a record has exactly the keys of that version', async (version, shown) => {
    const { status, body } = await get({ instance_uuid: [id(10)] }, version);
    expect(status).toBe(200);
    expect(body).toEqual({ migrations: [shown] });
  });

  const ids = async (query: Record<string, string[]>, version?: string) => {
    const answer = await get(query, version);
    expect(answer.status).toBe(200);
    const { migrations } = Object(answer.body);
    return migrations.map(({ instance_uuid }: { instance_uuid: string }) => instance_uuid);
  };

  test.each<[Record<string, string[]>, number]>([
    [{}, 3],
    [{ host: ['compute-1'] }, 3],
    [{ host: ['compute-2'] }, 3],
    [{ host: ['compute-3'] }, 0],
    [{ host: [''] }, 3],
    [{ source_compute: ['compute-1'] }, 3],
    [{ source_compute: ['compute-2'] }, 0],
    [{ source_compute: ['compute-1'], instance_uuid: [id(11)] }, 1],
    [{ status: ['done'] }, 3],
    [{ status: ['completed'] }, 0],
    [{ status: ['unheard-of'] }, 0],
    [{ status: ['done'], host: ['compute-2'] }, 3],
    [{ migration_type: ['evacuation'] }, 3],
    [{ migration_type: ['resize'] }, 0],
    [{ hidden: ['1'] }, 3],
    [{ user_id: ['admin'], project_id: [projectA] }, 3],
    [{ project_id: ['b'] }, 0],
    [{ user_id: ['b'] }, 0],
    [{ 'changes-since': ['2026-01-01T00:10:00Z'] }, 3],
    [{ 'changes-since': ['2026-01-01T00:10:01Z'] }, 0],
    [{ 'changes-before': ['2026-01-01T00:09:59Z'] }, 0],
    [{ limit: ['0'] }, 0],
  ])('%j lists %i', async (query, count) => {
    expect(await ids(query)).toHaveLength(count);
  });

  test('links lead through all pages, and the last page has none', async () => {
    const seen: string[] = [];
    let query: Record<string, string[]> = { limit: ['2'] };
    for (let page = 0; page < 3; page++) {
      const { body } = await get(query);
      const { migrations, migrations_links: links } = Object(body);
      seen.push(...migrations.map(({ instance_uuid }: { instance_uuid: string }) => instance_uuid));
      if (!links) break;
      const next = new URL(links[0].href);
      expect(next.pathname).toBe('/api/compute/v2.1/os-migrations');
      query = Object.fromEntries([...next.searchParams].map(([key, value]) => [key, [value]]));
    }
    expect(seen.sort()).toEqual([10, 11, 12].map(id));
  });

  test('a record that is done is shown as completed after its source was restarted', async () => {
    world.departures.set('compute-1', { done: 0, restarts: 1, restarted_at: minute(30) });
    const { body } = await get({ status: ['completed'], limit: ['1'] });
    expect(body).toMatchObject({
      migrations: [{ status: 'completed', updated_at: '2026-01-01T00:30:00.000000' }],
    });
    expect(await ids({ status: ['done'] })).toEqual([]);
  });

  test.each([
    ['2.58', { unheard_of: ['1'] }, 200],
    ['2.58', { limit: ['x'] }, 200],
    ['2.59', { unheard_of: ['1'] }, 400],
    ['2.59', { limit: ['x'] }, 400],
    ['2.59', { limit: ['-1'] }, 400],
    ['2.59', { marker: [id(404)] }, 400],
    ['2.59', { 'changes-since': ['yesterday'] }, 400],
    ['2.65', { 'changes-before': ['2026-01-01T00:00:00Z'] }, 400],
    ['2.66', { 'changes-before': ['2026-01-01T00:00:00Z'] }, 200],
    [
      '2.66',
      { 'changes-since': ['2026-01-02T00:00:00Z'], 'changes-before': ['2026-01-01T00:00:00Z'] },
      400,
    ],
    ['2.79', { user_id: ['x'] }, 400],
    ['2.80', { user_id: ['x'] }, 200],
    ['2.80', { host: ['x'.repeat(256)] }, 400],
  ])('at %s %j is a %i', async (version, query, status) => {
    expect((await get(query, version)).status).toBe(status);
  });

  test.each(['member', 'reader', 'service', 'unscoped'])('a %s is refused', async (as) => {
    expect((await get({}, '2.94', as)).status).toBe(403);
  });
});
