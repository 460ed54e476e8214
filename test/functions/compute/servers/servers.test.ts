import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import type { Instance } from '../../../../domain/servers/instance.ts';
import { downHost, hostWith, id, instanceWith, minute } from '../../../domain/rows.ts';
import { type World, worldOf } from '../../../flows/world.ts';
import { type Asked, computeOf, projectA, projectB } from '../surface.ts';

let world: World;
let ask: ReturnType<typeof computeOf>;
/** The n-th instance of project A, created in the n-th minute. */
const vm = (n: number, given: Partial<Instance> = {}) =>
  instanceWith({
    ...{ uuid: id(n), name: `vm-${n}`, project_id: projectA, created_at: minute(n) },
    ...given,
  });

beforeEach(() => {
  world = worldOf({
    hosts: [hostWith(), hostWith({ host: 'compute-2' })],
    instances: [
      vm(1),
      vm(2, { vm_state: 'stopped', power_state: 4 }),
      vm(3, { host: 'compute-2', task_state: 'rebooting' }),
      vm(4, { project_id: projectB }),
      vm(5, { deleted: true, vm_state: 'deleted' }),
    ],
  });
  ask = computeOf(world);
});

const Listed = z.object({
  servers: z.array(z.looseObject({ id: z.string() })),
  servers_links: z.array(z.object({ rel: z.string(), href: z.string() })).optional(),
});
async function listed(query: Record<string, string[]> = {}, given: Asked = {}) {
  const answer = await ask('/v2.1/servers/detail', { query, ...given });
  expect(answer.status).toBe(200);
  const { servers, servers_links } = Listed.parse(answer.body);
  return { ids: servers.map((server) => server.id), next: servers_links?.[0]?.href };
}
const of = (...numbers: number[]) => numbers.map(id);

test('the caller’s servers are listed newest first, without deleted ones', async () => {
  expect((await listed()).ids).toEqual(of(3, 2, 1));
  expect((await listed({}, { as: 'memberOfB' })).ids).toEqual(of(4));
});

test('a page ends where an answer of a Lambda function would be too large, and links to the rest', async () => {
  const metadata = Object.fromEntries(
    Array.from({ length: 400 }, (_, n) => [`key-${n}`, 'ä'.repeat(120)]),
  );
  for (let n = 10; n < 100; n += 1) {
    world.instances.set(id(n), vm(n, { metadata, created_at: minute(n % 60) }));
  }
  const query: Record<string, string[]> = { limit: ['80'] };
  const answer = await ask('/v2.1/servers/detail', { query });
  expect(Buffer.byteLength(JSON.stringify(JSON.stringify(answer.body)))).toBeLessThan(6_000_000);
  const found: string[] = [];
  for (let marker: string | undefined = ''; marker !== undefined; ) {
    const { ids, next } = await listed({ ...query, ...(marker && { marker: [marker] }) });
    found.push(...ids);
    marker = next && (new URL(next).searchParams.get('marker') ?? undefined);
  }
  expect(found).toHaveLength(93);
  expect(new Set(found).size).toBe(93);
});

test.each(['1', 'True', 'true', ''])('all_tenants=%s shows an administrator all', async (value) => {
  expect((await listed({ all_tenants: [value] })).ids).toEqual(of(4, 3, 2, 1));
});

test('a tenant may not list all projects', async () => {
  const query = { all_tenants: ['1'] };
  expect((await ask('/v2.1/servers/detail', { as: 'member', query })).status).toBe(403);
});

/** The rules of docs/wire/compute.md#lists-of-servers. */
test.each([
  [{ host: ['compute-2'] }, [3]],
  [{ host: ['nowhere'] }, []],
  [{ host: ['compute-1'], all_tenants: ['1'] }, [4, 2, 1]],
  [{ project_id: [projectB], all_tenants: ['1'] }, [4]],
  [{ tenant_id: [projectB], all_tenants: ['1'] }, [4]],
  [{ tenant_id: [projectB] }, [3, 2, 1]],
  [{ uuid: [id(2)] }, [2]],
  [{ name: ['vm-[12]'] }, [2, 1]],
  [{ name: ['m-3$'] }, [3]],
  [{ vm_state: ['stopped'] }, [2]],
  [{ task_state: ['rebooting'] }, [3]],
  [{ power_state: ['4'] }, [2]],
  [{ status: ['SHUTOFF'] }, [2]],
  [{ status: ['shutoff', 'reboot'] }, [3, 2]],
  [{ deleted: ['False'] }, [3, 2, 1]],
  [{ host: [''], name: [''] }, [3, 2, 1]],
])('an administrator lists by %o: %o', async (query, numbers) => {
  expect((await listed(query, { version: 'latest' })).ids).toEqual(of(...numbers));
});

test.each([
  [{ host: ['compute-2'] }, '2.94', [3, 2, 1]],
  [{ uuid: [id(2)] }, '2.94', [3, 2, 1]],
  [{ project_id: [projectB] }, '2.94', [3, 2, 1]],
  [{ vm_state: ['stopped'] }, '2.82', [3, 2, 1]],
  [{ power_state: ['4'] }, '2.82', [3, 2, 1]],
  [{ task_state: ['rebooting'] }, '2.82', [3, 2, 1]],
  [{ vm_state: ['stopped'] }, '2.83', [2]],
  [{ power_state: ['4'] }, '2.83', [2]],
  [{ task_state: ['rebooting'] }, '2.83', [3]],
  [{ name: ['vm-1'] }, '2.1', [1]],
  [{ status: ['ACTIVE'] }, '2.1', [1]],
])('for a tenant %o at %s gives %o', async (query, version, numbers) => {
  expect((await listed(query, { as: 'member', version })).ids).toEqual(of(...numbers));
});

test.each([
  ['a status that is none', { status: ['HAPPY'] }, '2.37', 200],
  ['a status that is none', { status: ['HAPPY'] }, '2.38', 400],
  ['a key that is none', { happy: ['1'] }, '2.74', 200],
  ['a key that is none', { happy: ['1'] }, '2.75', 400],
  ['a pattern that is none', { name: ['['] }, '2.1', 400],
  ['a negative limit', { limit: ['-1'] }, '2.1', 400],
  ['a limit in words', { limit: ['ten'] }, '2.1', 400],
  ['an unknown marker', { marker: [id(404)] }, '2.1', 400],
  ['a deleted marker', { marker: [id(5)] }, '2.1', 400],
])('%s (%o) at %s is a %i', async (_, query, version, status) => {
  expect((await ask('/v2.1/servers', { query, version })).status).toBe(status);
});

test('a tenant may not list deleted servers, nor use another project’s server as marker', async () => {
  const status = (query: Record<string, string[]>) => ask('/v2.1/servers', { as: 'member', query });
  expect((await status({ status: ['deleted'] })).status).toBe(403);
  expect((await status({ marker: [id(4)] })).status).toBe(400);
});

test('links lead through all pages, and each server is shown once', async () => {
  const seen: string[] = [];
  let query: Record<string, string[]> = { limit: ['2'], status: ['ACTIVE', 'SHUTOFF', 'REBOOT'] };
  for (let page = 0; page < 3; page++) {
    const { ids, next } = await listed(query);
    seen.push(...ids);
    if (!next) break;
    const url = new URL(next);
    expect(`${url.origin}${url.pathname}`).toBe('https://api.test/api/compute/v2.1/servers/detail');
    const names = [...new Set(url.searchParams.keys())];
    query = Object.fromEntries(names.map((name) => [name, url.searchParams.getAll(name)]));
    expect(query.status).toEqual(['ACTIVE', 'SHUTOFF', 'REBOOT']);
  }
  expect(seen).toEqual(of(3, 2, 1));
});

test('a full page has a link even if it is the last; an empty or short page has none', async () => {
  expect((await listed({ limit: ['3'] })).next).toContain(`marker=${id(1)}`);
  expect(await listed({ limit: ['4'] })).toMatchObject({ next: undefined });
  expect(await listed({ limit: ['0'] })).toEqual({ ids: [], next: undefined });
  expect(await listed({ marker: [id(1)] })).toEqual({ ids: [], next: undefined });
});

test('links lead through all pages of one host', async () => {
  const first = await listed({ host: ['compute-1'], limit: ['1'] });
  expect(first.ids).toEqual(of(2));
  expect((await listed({ host: ['compute-1'], limit: ['1'], marker: of(2) })).ids).toEqual(of(1));
});

test('every reader sees servers settled, also in lists by state', async () => {
  world.hosts.set('compute-1', downHost());
  expect((await listed({ status: ['ACTIVE'] })).ids).toEqual([]);
  expect((await listed({ status: ['SHUTOFF'] })).ids).toEqual(of(2, 1));
  const { body } = await ask(`/v2.1/servers/${id(1)}`, { as: 'member' });
  expect(body).toMatchObject({
    server: { status: 'SHUTOFF', 'OS-EXT-STS:vm_state': 'stopped', 'OS-EXT-STS:power_state': 4 },
  });
});

test.each([
  ['its owner', 'member', 1, 200],
  ['its owner in capitals', 'member', 1, 200],
  ['another project', 'memberOfB', 1, 404],
  ['an administrator', 'admin', 4, 200],
  ['an administrator, deleted', 'admin', 5, 404],
  ['an administrator, unknown', 'admin', 404, 404],
  ['one without a role', 'unscoped', 1, 403],
])('a server shown to %s', async (_, as, n, status) => {
  expect((await ask(`/v2.1/servers/${id(n).toUpperCase()}`, { as })).status).toBe(status);
});

test('a server is not found by its name, so that clients search the list', async () => {
  expect((await ask('/v2.1/servers/vm-1')).status).toBe(404);
});
