/** Filters, orders and pages of lists of servers: docs/wire/compute.md#lists-of-servers. */
import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { type Instance, nothingOwned } from '../../../../domain/servers/instance.ts';
import { mostServersRead } from '../../../../functions/compute/servers/server-pages.ts';
import { hostWith, id, instanceWith, minute } from '../../../domain/rows.ts';
import { type World, worldOf } from '../../../flows/world.ts';
import { type Asked, computeOf, projectA, projectB } from '../surface.ts';

let world: World;
let ask: ReturnType<typeof computeOf>;
const vm = (n: number, given: Partial<Instance> = {}) =>
  instanceWith({
    ...{ uuid: id(n), name: `vm-${n}`, project_id: projectA, created_at: minute(n) },
    ...given,
  });
const gone = { deleted: true, vm_state: 'deleted', terminated_at: minute(30) } as const;
const address = (addr: string, version: 4 | 6) => ({ net: [{ addr, version }] });

beforeEach(() => {
  world = worldOf({
    hosts: [hostWith(), hostWith({ host: 'compute-2' })],
    instances: [
      vm(1, {
        ...{ image_id: id(70), addresses: address('10.0.0.1', 4), updated_at: minute(21) },
        owned: { ...nothingOwned, tags: ['a', 'b'], description: 'the first', disk_config: 'AUTO' },
      }),
      vm(2, {
        ...{ vm_state: 'stopped', power_state: 4, updated_at: minute(22), name: 'db' },
        ...{ addresses: address('2001:db8::2', 6), user_id: 'v' },
        owned: { ...nothingOwned, tags: ['b'], hostname: 'base', access_ip_v4: '192.0.2.2' },
      }),
      vm(3, { ...{ host: 'compute-2', availability_zone: 'east', updated_at: minute(23) } }),
      vm(4, { project_id: projectB, updated_at: minute(24), name: 'VM-4', vm_state: 'error' }),
      vm(5, { ...gone, updated_at: minute(25) }),
      vm(6, { ...gone, updated_at: minute(26), project_id: projectB, host: 'compute-2' }),
      vm(7, {
        vm_state: 'shelved_offloaded',
        host: null,
        task_state: 'spawning',
        launched_at: null,
      }),
    ],
  });
  ask = computeOf(world);
});

const Listed = z.object({
  servers: z.array(z.looseObject({ id: z.string() })),
  servers_links: z.array(z.object({ rel: z.string(), href: z.string() })).optional(),
});
type Query = Record<string, string[]>;
async function listed(query: Query, { version = '2.94', ...given }: Asked = {}) {
  const answer = await ask('/v2.1/servers/detail', { query, version, ...given });
  expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 200 });
  const { servers, servers_links } = Listed.parse(answer.body);
  return { ids: servers.map((server) => server.id), next: servers_links?.[0]?.href };
}
const of = (...numbers: number[]) => numbers.map(id);

/** All pages of a list, read by their links. */
async function pages(query: Query, given: Asked = {}): Promise<string[][]> {
  const all: string[][] = [];
  for (let asked: Query | undefined = query; asked; ) {
    const { ids, next }: Awaited<ReturnType<typeof listed>> = await listed(asked, given);
    all.push(ids);
    expect(all.length).toBeLessThan(20);
    const url: URL | undefined = next === undefined ? undefined : new URL(next);
    const keys = [...new Set(url?.searchParams.keys())];
    asked = url && Object.fromEntries(keys.map((key) => [key, url.searchParams.getAll(key)]));
  }
  return all;
}

const all = { all_tenants: ['1'] };

test.each<[Query, number[]]>([
  [{ user_id: ['v'] }, [2]],
  [{ uuid: [id(3)], ...all }, [3]],
  [{ uuid: ['no uuid'], ...all }, []],
  [{ name: ['^(vm|db)'], ...all }, [7, 3, 2, 1]],
  [{ name: ['(?i)^vm-4'], ...all }, [4]],
  [{ display_name: ['db'] }, [2]],
  [{ description: ['first$'] }, [1]],
  [{ display_description: ['^first$'] }, []],
  [{ hostname: ['base'] }, [2]],
  [{ hostname: ['^vm-1$'] }, [1]],
  [{ node: ['-2$'], ...all }, [3]],
  [{ host: ['compute-2'], vm_state: ['active'], ...all }, [3]],
  [{ image: [id(70)] }, [1]],
  [{ image_ref: [id(70)] }, [1]],
  [{ flavor: ['f'] }, [7, 3, 2, 1]],
  [{ flavor: ['none'] }, []],
  [{ reservation_id: ['.*'] }, []],
  [{ key_name: ['.*'] }, []],
  [{ config_drive: ['True'] }, []],
  [{ progress: ['0'] }, [7, 3, 2, 1]],
  [{ launch_index: ['0'] }, [7, 3, 2, 1]],
  [{ locked_by: ['owner'] }, []],
  [{ auto_disk_config: ['1'] }, [1]],
  [{ access_ip_v4: ['^192\\.'] }, [2]],
  [{ access_ip_v6: ['::'] }, []],
  [{ availability_zone: ['east'] }, [3]],
  [{ ip: ['10.0'] }, [1]],
  [{ ip: ['0.0.1$'] }, [1]],
  [{ ip: ['^0.0.1'] }, []],
  [{ ip6: ['2001:'] }, [2]],
  [{ ip: ['2001:'] }, []],
  [{ power_state: ['4'] }, [2]],
  [{ vm_state: ['stopped'], ...all }, [2]],
  [{ vm_state: ['happy'], ...all }, []],
  [{ task_state: ['spawning'], ...all }, [7]],
  [{ status: ['ERROR', 'SHUTOFF'], ...all }, [4, 2]],
  [{ status: ['happy', 'SHUTOFF'], ...all }, [2]],
  [{ created_at: ['2026-01-01T00:03:00Z'] }, [3]],
  [{ created_at: ['00:0[23]:00$'] }, [3, 2]],
  [{ launched_at: ['2026-01-01T01:00:00+01:00'] }, [3, 2, 1]],
  [{ terminated_at: ['2026'], deleted: ['True'] }, [5]],
  [{ tags: ['a,b'] }, [1]],
  [{ tags: ['b'] }, [2, 1]],
  [{ 'tags-any': ['a,c'] }, [1]],
  [{ 'not-tags': ['a,b'] }, [7, 3, 2]],
  [{ 'not-tags-any': ['a,b'] }, [7, 3]],
  [{ locked: ['False'] }, [7, 3, 2, 1]],
  [{ locked: ['yes'] }, []],
  [{ deleted: ['True'] }, [5]],
  [{ deleted: ['1'], ...all }, [6, 5]],
  [{ deleted: ['perhaps'] }, [7, 3, 2, 1]],
  [{ deleted: ['True'], host: ['compute-2'], ...all }, [6]],
  [{ deleted: ['True'], project_id: [projectB], ...all }, [6]],
  [{ status: ['DELETED'], ...all }, [6, 5]],
  [{ vm_state: ['deleted'], ...all }, [6, 5]],
  [{ 'changes-since': [minute(23)] }, [5, 3]],
  [{ 'changes-since': [minute(23)], ...all }, [6, 5, 4, 3]],
  [{ 'changes-since': [minute(23)], deleted: ['False'], ...all }, [4, 3]],
  [{ 'changes-since': [minute(23)], deleted: ['True'], ...all }, [6, 5]],
  [{ 'changes-since': [minute(22)], 'changes-before': [minute(25)], ...all }, [5, 4, 3, 2]],
  [{ 'changes-since': [minute(23)], host: ['compute-2'], ...all }, [6, 3]],
  [{ 'changes-since': [minute(23)], status: ['ERROR'], ...all }, [4]],
  [{ 'changes-before': [minute(22)], ...all }, [7, 2, 1]],
  [{ 'changes-since': ['9999-12-31T23:59:59Z'], ...all }, []],
  [{ 'changes-since': ['0001-01-01T00:00:00Z'], deleted: ['True'], ...all }, [6, 5]],
  [{ 'changes-since': [minute(24)], 'changes-before': [minute(24)], ...all }, [4]],
  [{ 'changes-since': ['2026-01-01T00:23:00'], limit: ['1'] }, [5]],
  [{ soft_deleted: ['True'] }, [7, 3, 2, 1]],
])('an administrator lists by %o: %o', async (query, numbers) => {
  expect((await listed(query)).ids).toEqual(of(...numbers));
});

/**
 * The filters for tenants, by the microversion that added them. They are ignored before it, and all
 * other filters always.
 */
test.each<[Query, string, number[]]>([
  [{ image: [id(70)] }, '2.1', [1]],
  [{ flavor: ['none'] }, '2.1', []],
  [{ ip: ['10.'] }, '2.1', [1]],
  [{ reservation_id: ['r-1'] }, '2.1', []],
  [{ 'changes-since': [minute(23)] }, '2.1', [5, 3]],
  [{ ip6: ['2001:'] }, '2.4', [7, 3, 2, 1]],
  [{ ip6: ['2001:'] }, '2.5', [2]],
  [{ tags: ['a'] }, '2.25', [7, 3, 2, 1]],
  [{ tags: ['a'] }, '2.26', [1]],
  [{ 'changes-before': [minute(21)] }, '2.65', [7, 3, 2, 1]],
  [{ 'changes-before': [minute(21)] }, '2.66', [7, 1]],
  [{ locked: ['True'] }, '2.72', [7, 3, 2, 1]],
  [{ locked: ['True'] }, '2.73', []],
  [{ availability_zone: ['east'] }, '2.82', [7, 3, 2, 1]],
  [{ availability_zone: ['east'] }, '2.83', [3]],
  [{ user_id: ['v'] }, '2.83', [2]],
  [{ created_at: ['00:03:00'] }, '2.83', [3]],
  [{ key_name: ['k'] }, '2.83', []],
  [{ hostname: ['base'] }, '2.89', [7, 3, 2, 1]],
  [{ hostname: ['base'] }, '2.90', [2]],
  [{ deleted: ['True'] }, '2.94', [7, 3, 2, 1]],
  [{ node: ['-2'] }, '2.94', [7, 3, 2, 1]],
  [{ description: ['first'] }, '2.94', [7, 3, 2, 1]],
  [{ access_ip_v4: ['^192'] }, '2.94', [7, 3, 2, 1]],
  [{ tenant_id: [projectB] }, '2.94', [7, 3, 2, 1]],
  [{ metadata: ['x'] }, '2.94', [7, 3, 2, 1]],
  [{ vm_state: ['deleted'] }, '2.94', []],
])('for a tenant %o at %s gives %o', async (query, version, numbers) => {
  expect((await listed(query, { as: 'member', version })).ids).toEqual(of(...numbers));
});

test.each([
  ['metadata', '2.1', 400],
  ['_inner', '2.1', 400],
  ['_inner', '2.94', 400],
  ['services', '2.94', 400],
  ['happy', '2.74', 200],
])('an administrator’s filter by %s at %s is a %i', async (key, version, status) => {
  expect((await ask('/v2.1/servers', { query: { [key]: ['1'] }, version })).status).toBe(status);
});

/**
 * Nova: null comes first; a missing direction is the first one; equal servers are in the order of
 * creation.
 */
test.each<[Query, number[]]>([
  [{ sort_dir: ['asc'] }, [1, 2, 3, 7]],
  [{ sort_key: ['created_at'] }, [7, 3, 2, 1]],
  [{ sort_key: ['created_at'], sort_dir: ['asc'] }, [1, 2, 3, 7]],
  [{ sort_key: ['created_at', 'uuid'], sort_dir: ['asc'] }, [1, 2, 3, 7]],
  [{ sort_key: ['display_name'], sort_dir: ['asc'] }, [2, 1, 3, 7]],
  [{ sort_key: ['display_name'] }, [7, 3, 1, 2]],
  [{ sort_key: ['power_state', 'display_name'], sort_dir: ['desc', 'asc'] }, [2, 1, 3, 7]],
  [{ sort_key: ['task_state'], sort_dir: ['asc'] }, [1, 2, 3, 7]],
  [{ sort_key: ['task_state'], sort_dir: ['desc'] }, [7, 3, 2, 1]],
  [{ sort_key: ['updated_at'], sort_dir: ['asc'] }, [7, 1, 2, 3]],
  [{ sort_key: ['host'], sort_dir: ['asc'] }, [7, 1, 2, 3]],
  [{ sort_key: ['locked'] }, [7, 3, 2, 1]],
  [{ sort_key: ['vm_state'], sort_dir: ['asc'], ...all }, [1, 3, 4, 7, 2]],
])('servers are sorted by %o: %o', async (query, numbers) => {
  expect((await listed(query)).ids).toEqual(of(...numbers));
});

test('a tenant may not sort by host, and unknown sort keys are a 400', async () => {
  const status = async (sort_key: string, as: string) =>
    (await ask('/v2.1/servers', { as, query: { sort_key: [sort_key] } })).status;
  expect(await status('host', 'member')).toBe(403);
  expect(await status('node', 'member')).toBe(403);
  expect(await status('uuid', 'member')).toBe(200);
  expect(await status('happiness', 'admin')).toBe(400);
});

test.each<Query>([
  { ...all },
  { ...all, sort_dir: ['asc'] },
  { ...all, sort_key: ['display_name', 'uuid'], sort_dir: ['asc', 'desc'] },
  { ...all, sort_key: ['vm_state'] },
  { ...all, deleted: ['True'] },
  { ...all, 'changes-since': [minute(1)] },
  { 'changes-since': [minute(1)] },
  { ...all, 'changes-since': [minute(1)], sort_dir: ['asc'] },
  { ...all, 'changes-before': [minute(24)] },
  { ...all, host: ['compute-1'] },
  { ...all, name: ['vm|db'] },
  { ...all, status: ['ACTIVE', 'ERROR', 'SHUTOFF'] },
  { ...all, vm_state: ['active'] },
  { ...all, uuid: [id(1)] },
  { ...all, tags: ['b'] },
  { 'not-tags': ['a'], 'tags-any': ['b,c'] },
])('pages of two, whose links keep all filters, are together the whole list: %o', async (query) => {
  const { ids } = await listed(query);
  const parts = await pages({ ...query, limit: ['2'] });
  expect(parts.flat()).toEqual(ids);
  expect(parts.every((part) => part.length <= 2)).toBe(true);
});

test('a list by name reads the rows of servers whose names fit, or whose keys have no name', async () => {
  for (let n = 0; n < 3_000; n += 1) {
    world.instances.set(id(1000 + n), vm(1000 + n, { created_at: minute(100 + n) }));
  }
  const reads = new Set<string>();
  const instances: World['deps']['instances'] = (uuids) => {
    for (const uuid of uuids) reads.add(uuid);
    return world.deps.instances(uuids);
  };
  ask = computeOf({ ...world, deps: { ...world.deps, instances } });
  expect((await listed({ ...all, name: ['^vm-100[12]$|^VM'], limit: ['50'] })).ids).toEqual(
    of(1002, 1001, 4),
  );
  expect(reads).toEqual(new Set(of(4, 1001, 1002)));
});

test('a page that would read too many servers ends, and links to the rest', async () => {
  for (let n = 0; n < mostServersRead + 500; n += 1) {
    world.instances.set(id(1000 + n), vm(1000 + n, { created_at: minute(100 + n) }));
  }
  const first = await listed({ ...all, name: ['^db$'] });
  expect(first.ids).toEqual([]);
  expect(first.next).toContain('name=');
  const parts = await pages({ ...all, name: ['^db$'] });
  expect(parts).toEqual([[], of(2)]);
  const sorted = { ...all, sort_key: ['display_name'] };
  const refused = await ask('/v2.1/servers', { query: sorted });
  expect(refused).toMatchObject({ status: 400, body: { badRequest: {} } });
  expect((await ask('/v2.1/servers', { query: { ...sorted, host: ['compute-2'] } })).status).toBe(
    200,
  );
});

test('a deleted server is in lists of changes, and is not found by its id', async () => {
  const query = { 'changes-since': [minute(25)] };
  const { body } = await ask('/v2.1/servers/detail', { as: 'member', query, version: '2.94' });
  expect(body).toMatchObject({
    servers: [
      {
        ...{ id: id(5), status: 'DELETED', 'OS-EXT-STS:vm_state': 'deleted' },
        'OS-SRV-USG:terminated_at': '2026-01-01T00:30:00.000000',
      },
    ],
  });
  expect((await ask(`/v2.1/servers/${id(5)}`)).status).toBe(404);
});

test('a list of changes may begin after a deleted server, other lists may not', async () => {
  const query = { 'changes-since': [minute(1)], marker: of(5) };
  expect((await listed(query)).ids).toEqual(of(3, 2, 1));
  expect((await ask('/v2.1/servers', { query: { marker: of(5) } })).status).toBe(400);
  expect((await ask('/v2.1/servers', { query: { ...query, marker: of(6) } })).status).toBe(400);
});
