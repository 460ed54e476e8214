/** Lists of servers on the deployed stack: filters, orders and pages that need its indexes. */
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { apiUrl, type Client } from '../stack/stack.ts';
import { at, type Cloud, forceDown, logins, newHost, newInstance } from './cloud.ts';

let cloud: Cloud;
let host: string;
/** In the order of their creation. */
let ids: string[];
/** A time before all of them. */
let began: string;

const moment = (n: number) => `2026-03-01T00:0${n}:00Z`;

beforeAll(async () => {
  cloud = await logins();
  const { admin, a, b } = cloud;
  began = new Date().toISOString();
  host = await newHost(admin);
  ids = [];
  for (const [n, facts] of [
    { name: 'web-1', addresses: { net: [{ addr: '192.0.2.77', version: 4 }] } },
    { name: 'web-2', vm_state: 'error' },
    { name: 'db-1', vm_state: 'stopped' },
    { name: 'db-2', project_id: b.projectId },
    { name: 'gone' },
  ].entries()) {
    const created = moment(n);
    ids.push(await newInstance(admin, { project_id: a.projectId, host, created, ...facts }));
  }
  await admin.expect('DELETE', `/compute/v2.1/servers/${ids[4]}`);
});

const Listed = z.object({
  servers: z.array(z.looseObject({ id: z.string(), status: z.string() })),
  servers_links: z.tuple([z.object({ rel: z.literal('next'), href: z.url() })]).optional(),
});

/**
 * Reads all pages of a list by their links. Returns for each page which of the servers above it
 * shows.
 */
async function pages(query: string, client: Client = cloud.admin): Promise<number[][]> {
  const found: number[][] = [];
  let path: string | undefined = `/compute/v2.1/servers/detail?${query}`;
  while (path !== undefined) {
    const { body } = await client.expect('GET', path, { headers: at('2.94') });
    const page: z.infer<typeof Listed> = Listed.parse(body);
    found.push(page.servers.flatMap(({ id }) => (ids.includes(id) ? [ids.indexOf(id)] : [])));
    path = page.servers_links?.[0].href.replace(apiUrl(), '');
  }
  return found;
}

const all = 'all_tenants=1';

test.each<{ query: () => string; shown: number[] }>([
  { query: () => `${all}&host=${host}`, shown: [3, 2, 1, 0] },
  { query: () => `${all}&host=${host}&sort_dir=asc`, shown: [0, 1, 2, 3] },
  { query: () => `${all}&host=${host}&sort_key=display_name&sort_dir=asc`, shown: [2, 3, 0, 1] },
  { query: () => `${all}&host=${host}&name=${encodeURIComponent('^(web|none)-')}`, shown: [1, 0] },
  { query: () => `${all}&host=${host}&ip=2.77`, shown: [0] },
  { query: () => `${all}&host=${host}&status=ERROR&status=shutoff`, shown: [2, 1] },
  { query: () => `${all}&changes-since=${began}&status=ERROR`, shown: [1] },
  { query: () => `${all}&changes-since=${began}`, shown: [4, 3, 2, 1, 0] },
  { query: () => `changes-since=${began}&project_id=x`, shown: [] },
  { query: () => `${all}&uuid=${ids[3]}`, shown: [3] },
  { query: () => `${all}&project_id=${cloud.b.projectId}&host=${host}`, shown: [3] },
  { query: () => `${all}&deleted=True&changes-since=${began}`, shown: [4] },
])('an administrator finds servers $shown, at once and by pages of two', async (asked) => {
  const query = asked.query();
  expect((await pages(query)).flat()).toEqual(asked.shown);
  expect((await pages(`${query}&limit=2`)).flat()).toEqual(asked.shown);
});

test('servers are found by state, deleted ones included, in all projects and in pages', async () => {
  for (const [query, shown] of [
    [`${all}&status=ERROR`, [1]],
    [`${all}&vm_state=stopped`, [2]],
    [`${all}&deleted=True`, [4]],
    [`${all}&status=DELETED&limit=7`, [4]],
  ] as const) {
    expect((await pages(query)).flat()).toEqual(shown);
  }
});

test('a tenant finds its own servers, and the deleted one in the list of changes', async () => {
  const { a, b } = cloud;
  expect((await pages(`changes-since=${began}&limit=2`, a)).flat()).toEqual([4, 2, 1, 0]);
  expect((await pages('name=db&limit=1', b)).flat()).toEqual([3]);
  expect((await pages(`host=${host}&limit=50`, a)).flat()).toEqual([2, 1, 0]);
});

test('a new name, tags and a description are found and shown', async () => {
  const { a } = cloud;
  const path = `/compute/v2.1/servers/${ids[0]}`;
  const server = { name: 'api-1', description: 'the door', hostname: 'api' };
  const answer = await a.expect('PUT', path, { headers: at('2.90'), body: { server } });
  expect(answer.body).toMatchObject({
    server: { name: 'api-1', description: 'the door', 'OS-EXT-SRV-ATTR:hostname': 'api' },
  });
  await a.expect('PUT', `${path}/tags`, { headers: at('2.26'), body: { tags: ['edge', 'prod'] } });
  await a.expect('DELETE', `${path}/tags/prod`, { headers: at('2.26') });
  expect((await pages('tags=edge', a)).flat()).toEqual([0]);
  expect((await pages('hostname=api', a)).flat()).toEqual([0]);
  expect((await pages('tags-any=prod,none', a)).flat()).toEqual([]);
});

test('hypervisors are found by uuid, by number and by name, and paged', async () => {
  const { admin } = cloud;
  const path = '/compute/v2.1/os-hypervisors';
  const named = await admin.expect('GET', `${path}?hypervisor_hostname_pattern=${host}`, {
    headers: at('2.53'),
  });
  const [{ id }] = Object(named.body).hypervisors;
  const one = await admin.expect('GET', `${path}/${id}`, { headers: at('2.53') });
  expect(one.body).toMatchObject({ hypervisor: { hypervisor_hostname: host } });
  const early = await admin.expect('GET', `${path}/${host}/search`, { headers: at('2.52') });
  const [{ id: number }] = Object(early.body).hypervisors;
  const same = await admin.expect('GET', `${path}/${number}`, { headers: at('2.52') });
  expect(same.body).toMatchObject({ hypervisor: { id: number, hypervisor_hostname: host } });
  const after = await admin.expect('GET', `${path}?marker=${id}&limit=1`, { headers: at('2.53') });
  expect(Object(after.body).hypervisors.length).toBeLessThanOrEqual(1);
});

test('a fault moves its servers from one list by state to another', async () => {
  const { admin } = cloud;
  await forceDown(admin, host);
  expect((await pages(`${all}&status=ACTIVE&host=${host}`)).flat()).toEqual([]);
  expect((await pages(`${all}&status=SHUTOFF&host=${host}`)).flat()).toEqual([3, 2, 0]);
  expect((await pages(`${all}&vm_state=active`)).flat()).toEqual([]);
  expect((await pages(`${all}&vm_state=stopped`)).flat()).toEqual([3, 2, 0]);
});
