import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Port } from '../../../domain/ports/port.ts';
import { portWith } from '../../domain/ports/ports.ts';
import { id } from '../../domain/rows.ts';
import { networkWorld } from './network.ts';

const PageRequest = z.object({
  ports: z.array(z.record(z.string(), z.unknown())),
  ports_links: z.array(z.object({ rel: z.string(), href: z.string() })).optional(),
});

const at = (n: number, given: Partial<Port> = {}): Port =>
  portWith({ id: id(n), mac_address: `fa:16:3e:00:01:0${n}`, name: `p${n}`, ...given });

const all = [
  at(1, { tags: ['red', 'blue'], fixed_ips: [{ ip_address: '10.0.0.1', subnet_id: id(40) }] }),
  at(2, { name: 'p1', status: 'DOWN', tags: ['red'], 'binding:host_id': 'h' }),
  at(3, { name: '', data_plane_status: 'DOWN', device_id: '', security_groups: [id(50)] }),
  at(4, { admin_state_up: false, device_owner: 'network:dhcp', revision: 4 }),
  at(5, { project_id: 'b', 'binding:host_id': 'h', network_id: id(801) }),
];

function worldOf(ports: readonly Port[] = all) {
  const world = networkWorld();
  for (const port of ports) world.rows.set(port.id, port);
  const list = async (who: string, query: Query = {}) => {
    const { status, body } = await world.ask(who, 'GET', '/v2.0/ports', { query });
    if (status !== 200) return { status, body, ids: [], links: [] };
    const { ports: shown, ports_links: links = [] } = PageRequest.parse(body);
    const ids = shown.map((port) => Number(String(port.id).slice(-12)));
    return { status, body, ids, links };
  };
  return { ...world, list };
}

const admin = 'admin@ops';

type Query = Record<string, string[]>;

test.each<{ query: Query; ids: number[] }>([
  { query: { id: [id(1), id(3), 'x'] }, ids: [1, 3] },
  { query: { name: ['p1'] }, ids: [1, 2] },
  { query: { name: ['p1', 'p4'] }, ids: [1, 2, 4] },
  { query: { name: [''] }, ids: [3] },
  { query: { name: ['p1'], status: ['DOWN'] }, ids: [2] },
  { query: { status: ['down'] }, ids: [] },
  { query: { data_plane_status: ['DOWN'] }, ids: [3] },
  { query: { data_plane_status: [''] }, ids: [1, 2, 4, 5] },
  { query: { dp_down: ['True'] }, ids: [3] },
  { query: { dp_down: ['no'] }, ids: [1, 2, 4, 5] },
  { query: { admin_state_up: ['false'] }, ids: [4] },
  { query: { 'binding:host_id': ['h'] }, ids: [2, 5] },
  { query: { 'binding:host_id': ['h'], project_id: ['b'] }, ids: [5] },
  { query: { device_owner: ['network:dhcp'] }, ids: [4] },
  { query: { device_id: [''] }, ids: [3] },
  { query: { device_id: [id(100)], name: ['p4'] }, ids: [4] },
  { query: { network_id: [id(801)] }, ids: [5] },
  { query: { tenant_id: ['b'] }, ids: [5] },
  { query: { mac_address: ['FA:16:3E:00:01:01'] }, ids: [1] },
  { query: { revision_number: ['4'] }, ids: [4] },
  { query: { security_groups: [id(50)] }, ids: [3] },
  { query: { fixed_ips: ['ip_address=10.0.0.1'] }, ids: [1] },
  { query: { fixed_ips: [`subnet_id=${id(40)}`, 'ip_address=10.0.0.2'] }, ids: [] },
  { query: { tags: ['red,blue'] }, ids: [1] },
  { query: { tags: ['red'] }, ids: [1, 2] },
  { query: { 'tags-any': ['blue,green'] }, ids: [1] },
  { query: { 'not-tags': ['red,blue'] }, ids: [2, 3, 4, 5] },
  { query: { 'not-tags-any': ['red'] }, ids: [3, 4, 5] },
])('$query are the ports $ids', async ({ query, ids }) => {
  expect((await worldOf().list(admin, query)).ids).toEqual(ids);
});

test.each<{ who: string; query: Query; ids: number[] }>([
  { who: 'member@a', query: {}, ids: [1, 2, 3, 4] },
  { who: 'member@b', query: {}, ids: [5] },
  { who: 'member@a', query: { project_id: ['b'] }, ids: [] },
  { who: 'member@a', query: { id: [id(1), id(5)] }, ids: [1] },
  { who: 'member@a', query: { name: ['p5'] }, ids: [] },
  { who: 'member@a', query: { 'binding:host_id': ['h'] }, ids: [] },
  { who: 'member@a', query: { 'binding:host_id': [''] }, ids: [] },
  { who: 'data_plane_integrator@c', query: { 'binding:host_id': ['h'] }, ids: [2, 5] },
  { who: 'service@ops', query: {}, ids: [1, 2, 3, 4, 5] },
])('$who is shown $ids of $query', async ({ who, query, ids }) => {
  expect((await worldOf().list(who, query)).ids).toEqual(ids);
});

test.each<{ query: Query; message: string }>([
  { query: { foo: ['1'] }, message: "['foo'] is invalid attribute for filtering" },
  { query: { created_at: ['x'] }, message: "['created_at'] is invalid attribute for filtering" },
  { query: { dp_down: ['maybe'] }, message: "'maybe' cannot be converted to boolean" },
  {
    query: { sort_key: ['id'] },
    message: 'The number of sort_keys and sort_dirs must be same',
  },
  {
    query: { sort_key: ['foo'], sort_dir: ['asc'] },
    message: "['foo'] is invalid attribute for sort_keys",
  },
  {
    query: { sort_key: ['data_plane_status'], sort_dir: ['asc'] },
    message: "['data_plane_status'] is invalid attribute for sort_keys",
  },
  {
    query: { sort_key: ['id'], sort_dir: ['up'] },
    message: "['up'] is invalid value for sort_dirs, valid value is 'asc' and 'desc'",
  },
  {
    query: { limit: ['x'] },
    message: "Bad limit request: Limit must be an integer 0 or greater and not 'x'.",
  },
  { query: { limit: ['-1'] }, message: "not '-1'." },
  { query: { fixed_ips: ['10.0.0.1'] }, message: 'Invalid input for fixed_ips' },
])('$query is refused: $message', async ({ query, message }) => {
  const { status, body } = await worldOf().list(admin, query);
  expect(status).toBe(400);
  expect(Object(body).NeutronError.message).toContain(message);
});

test.each([
  { sort_key: ['name'], sort_dir: ['asc'], ids: [3, 1, 2, 4, 5] },
  { sort_key: ['name'], sort_dir: ['desc'], ids: [5, 4, 1, 2, 3] },
  { sort_key: ['status', 'id'], sort_dir: ['desc', 'desc'], ids: [2, 5, 4, 3, 1] },
  { sort_key: ['id'], sort_dir: ['desc'], ids: [5, 4, 3, 2, 1] },
])('sorted by $sort_key $sort_dir: $ids, in pages as well', async ({ ids, ...sort }) => {
  const world = worldOf();
  expect((await world.list(admin, sort)).ids).toEqual(ids);
  const forward: number[] = [];
  let query: Query | undefined = { ...sort, limit: ['2'] };
  for (let pages = 0; query && pages < 5; pages++) {
    const page: Awaited<ReturnType<typeof world.list>> = await world.list(admin, query);
    forward.push(...page.ids);
    query = queryOf(page.links.find(({ rel }) => rel === 'next')?.href);
  }
  expect(forward).toEqual(ids);
  const [, b, c, d] = ids;
  const back = { ...sort, limit: ['2'], marker: [id(d ?? 0)], page_reverse: ['True'] };
  expect((await world.list(admin, back)).ids).toEqual([b, c]);
});

/** The query of a link, as a gateway hands it over. */
function queryOf(href: string | undefined): Query | undefined {
  if (href === undefined) return undefined;
  const { searchParams } = new URL(href);
  return Object.fromEntries([...searchParams.keys()].map((key) => [key, searchParams.getAll(key)]));
}

test('pages follow each other, with every parameter kept and the marker replaced', async () => {
  const world = worldOf();
  const query = { limit: ['2'], fields: ['id', 'status'], name: ['p1', 'p4', ''] };
  const first = await world.list(admin, query);
  expect(first.ids).toEqual([1, 2]);
  expect(first.links.map(({ rel, href }) => [rel, queryOf(href)])).toEqual([
    ['next', { ...query, marker: [id(2)] }],
    ['previous', { ...query, marker: [id(1)], page_reverse: ['True'] }],
  ]);
  expect(first.links[0]?.href).toMatch(/^https:\/\/api\.test\/api\/network\/v2\.0\/ports\?/);
  const second = await world.list(admin, queryOf(first.links[0]?.href));
  expect(second.ids).toEqual([3, 4]);
  const third = await world.list(admin, queryOf(second.links[0]?.href));
  expect(third.ids).toEqual([]);
  expect(third.links.map(({ rel }) => rel)).toEqual(['previous']);
  const back = await world.list(admin, queryOf(second.links[1]?.href));
  expect(back.ids).toEqual([1, 2]);
  const before = await world.list(admin, queryOf(back.links[1]?.href));
  expect(before.ids).toEqual([]);
  expect(before.links.map(({ rel }) => rel)).toEqual(['next']);
});

test('without a limit there are no links, and a marker is not looked at', async () => {
  const { ids, links } = await worldOf().list(admin, { marker: [id(999)] });
  expect({ ids, links }).toEqual({ ids: [1, 2, 3, 4, 5], links: [] });
  expect((await worldOf().list(admin, { limit: ['0'] })).links).toEqual([]);
});

test.each([id(999), 'x', id(5)])(
  'a marker that is not the caller’s to see is a 404: %s',
  async (m) => {
    const { status, body } = await worldOf().list('member@a', { limit: ['2'], marker: [m] });
    expect(status).toBe(404);
    expect(body).toMatchObject({ NeutronError: { type: 'PortNotFound' } });
  },
);

test('a page holds a thousand at most, and leads on by itself', async () => {
  const many = Array.from({ length: 1_201 }, (_, n) =>
    at(1, { id: id(n + 1), mac_address: `${n}`, name: 'x'.repeat(200) }),
  );
  const world = worldOf(many);
  const first = await world.list(admin);
  expect(first.ids).toHaveLength(1_000);
  const second = await world.list(admin, queryOf(first.links[0]?.href));
  expect(second.ids).toEqual(Array.from({ length: 201 }, (_, n) => n + 1_001));
  for (const limit of ['5000', '9'.repeat(400)]) {
    const page = await world.list(admin, { limit: [limit] });
    expect(page.ids).toHaveLength(1_000);
    expect(queryOf(page.links[0]?.href)).toEqual({ limit: [limit], marker: [id(1_000)] });
  }
});

test('an order of many ports is that of all of them, both ways', async () => {
  const many = Array.from({ length: 2_500 }, (_, n) =>
    at(1, { id: id(n + 1), name: String(9_999 - n) }),
  );
  const world = worldOf(many);
  const sort = { sort_key: ['name'], sort_dir: ['asc'], limit: ['3'] };
  expect((await world.list(admin, sort)).ids).toEqual([2_500, 2_499, 2_498]);
  const middle = { ...sort, marker: [id(1_500)] };
  expect((await world.list(admin, middle)).ids).toEqual([1_499, 1_498, 1_497]);
  const back = { ...middle, page_reverse: ['True'] };
  expect((await world.list(admin, back)).ids).toEqual([1_503, 1_502, 1_501]);
});

test('a list by id reads no more rows than it shows', async () => {
  const world = worldOf(Array.from({ length: 500 }, (_, n) => at(1, { id: id(n + 1) })));
  await world.list('member@a', { limit: ['3'] });
  expect(world.reads).toEqual({ rows: 3, indexes: ['byProject'] });
});

test.each([
  [{ 'binding:host_id': ['h'] }, 'byHost'],
  [{ device_id: [id(100)] }, 'byDevice'],
  [{ name: ['p1'] }, 'byName'],
  [{ project_id: ['a'] }, 'byProject'],
  [{ status: ['DOWN'] }, 'listing'],
  [{ 'binding:host_id': ['h', 'h'] }, 'byHost'],
  [{ device_id: [id(100), id(100)] }, 'byDevice'],
  [{ name: ['p1', 'p1', 'p1'] }, 'byName'],
  [{ tenant_id: ['a', 'a'] }, 'byProject'],
])('%j is looked up in %s', async (query, index) => {
  const world = worldOf();
  await world.list(admin, query);
  expect(world.reads.indexes).toEqual([index]);
});

test('an answer is cut where it would not fit, and leads on', async () => {
  const profile = JSON.stringify({ a: '"'.repeat(1_900) });
  const many = Array.from({ length: 1_000 }, (_, n) =>
    at(1, { id: id(n + 1), 'binding:profile': profile }),
  );
  const world = worldOf(many);
  const first = await world.list(admin);
  expect(first.ids.length).toBeLessThan(1_000);
  const second = await world.list(admin, queryOf(first.links[0]?.href));
  expect(second.ids[0]).toBe(first.ids.length + 1);
});

test('fields pick, and unknown fields pick nothing', async () => {
  const world = worldOf([at(1)]);
  expect((await world.list(admin, { fields: ['status', 'dp_down', 'x'] })).status).toBe(200);
  const shown = async (fields: string[]) =>
    PageRequest.parse((await world.ask(admin, 'GET', '/v2.0/ports', { query: { fields } })).body)
      .ports;
  expect(await shown(['name', 'dp_down', 'x'])).toEqual([{ name: 'p1', dp_down: false }]);
  expect(await shown(['id,status'])).toEqual([{}]);
  const one = await world.ask(admin, 'GET', `/v2.0/ports/${id(1)}`, { query: { fields: ['id'] } });
  expect(one.body).toEqual({ port: { id: id(1) } });
});
