import { beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { downHost, hostWith, id, instanceWith } from '../../../domain/rows.ts';
import { worldOf } from '../../../flows/world.ts';
import { type Asked, computeOf } from '../surface.ts';

let ask: ReturnType<typeof computeOf>;
const root = '/v2.1/os-hypervisors';
const [one, two, three] = [id(3), id(43), id(53)];

beforeEach(() => {
  const world = worldOf({
    hosts: [
      hostWith(),
      downHost(1, {
        ...{ host: 'compute-2', service_id: id(42), service_number: 2, hypervisor_id: two },
        ...{ status: 'disabled', disabled_reason: 'disks' },
      }),
      hostWith({
        ...{ host: 'edge-3', service_id: id(52), service_number: 3, hypervisor_id: three },
        heartbeat: true,
      }),
      hostWith({ host: 'gone', service_number: 4, hypervisor_id: id(63), deleted: true }),
    ],
    instances: [
      instanceWith({ uuid: id(10), name: 'a' }),
      instanceWith({ uuid: id(11), name: 'b' }),
      instanceWith({ uuid: id(12), name: 'c', host: 'compute-2' }),
      instanceWith({ uuid: id(13), name: 'd', deleted: true }),
      instanceWith({ uuid: id(14), name: 'e', host: null }),
    ],
  });
  ask = computeOf(world);
});

const List = z.object({
  hypervisors: z.array(z.looseObject({ id: z.union([z.string(), z.int()]) })),
  hypervisors_links: z.array(z.object({ rel: z.literal('next'), href: z.url() })).optional(),
});
async function listed(path: string, given: Asked = {}) {
  const answer = await ask(path, given);
  expect(answer).toMatchObject({ status: 200 });
  return List.parse(answer.body);
}

test.each([
  ['2.1', [1, 2, 3]],
  ['2.52', [1, 2, 3]],
  ['2.53', [one, two, three]],
  ['latest', [one, two, three]],
])('at %s hypervisors are listed with their ids %o, states and statuses', async (version, ids) => {
  const [first, second, third] = ids;
  expect(await listed(root, { version })).toEqual({
    hypervisors: [
      { id: first, hypervisor_hostname: 'compute-1', state: 'up', status: 'enabled' },
      { id: second, hypervisor_hostname: 'compute-2', state: 'down', status: 'disabled' },
      { id: third, hypervisor_hostname: 'edge-3', state: 'down', status: 'enabled' },
    ],
  });
});

const detail = {
  hypervisor_hostname: 'compute-1',
  ...{ state: 'up', status: 'enabled', host_ip: '192.0.2.11' },
  ...{ hypervisor_type: 'QEMU', hypervisor_version: 8002002 },
};
const figures = {
  ...{ vcpus: 32, memory_mb: 131072, local_gb: 1800 },
  ...{ vcpus_used: 0, memory_mb_used: 0, local_gb_used: 0 },
  ...{ free_ram_mb: 0, free_disk_gb: 0, current_workload: 0, running_vms: 0 },
  disk_available_least: 0,
};
const service = { host: 'compute-1', disabled_reason: null };
const byNumber = { ...detail, ...figures, id: 1, service: { ...service, id: 1 } };
const byUuid = { ...detail, id: one, service: { ...service, id: id(2) } };

/** Exactly these keys: docs/wire/compute.md#hypervisors. */
test.each([
  ['2.1', { ...byNumber, cpu_info: '' }],
  ['2.27', { ...byNumber, cpu_info: '' }],
  ['2.28', { ...byNumber, cpu_info: {} }],
  ['2.52', { ...byNumber, cpu_info: {} }],
  ['2.53', { ...byUuid, ...figures, cpu_info: {} }],
  ['2.87', { ...byUuid, ...figures, cpu_info: {} }],
  ['2.88', { ...byUuid, uptime: null }],
  ['2.94', { ...byUuid, uptime: null }],
])('at %s a hypervisor is shown with the keys of that version', async (version, shown) => {
  const { hypervisors } = await listed(`${root}/detail`, { version });
  expect(hypervisors[0]).toEqual(shown);
  const answer = await ask(`${root}/${shown.id}`, { version });
  expect(answer).toMatchObject({ status: 200 });
  expect(answer.body).toEqual({ hypervisor: shown });
});

/** Routes with the last version that has them. */
test.each([
  [`${root}/compute/search`, '2.52', 200, '2.53'],
  [`${root}/compute/servers`, '2.52', 200, '2.53'],
  [`${root}/statistics`, '2.87', 200, '2.88'],
  [`${root}/${one}/uptime`, '2.87', 501, '2.88'],
])('%s is there until %s (%i), and not at %s', async (path, version, status, later) => {
  expect((await ask(path, { version })).status).toBe(status);
  expect((await ask(path, { version: later })).status).toBe(404);
});

test.each([
  ['1', '2.52', 200],
  ['4', '2.52', 404],
  ['99', '2.52', 404],
  ['compute-1', '2.52', 404],
  ['1e0', '2.52', 404],
  [one, '2.53', 200],
  [one.toUpperCase(), '2.53', 200],
  [id(63), '2.53', 404],
  [id(404), '2.53', 404],
  ['compute-1', '2.53', 400],
  ['1', '2.53', 400],
  ['statistics', '2.94', 404],
])('the hypervisor %s at %s is a %i', async (name, version, status) => {
  expect((await ask(`${root}/${name}`, { version })).status).toBe(status);
});

test.each([
  ['compute', ['compute-1', 'compute-2']],
  ['3', ['edge-3']],
  ['edge-3', ['edge-3']],
  ['EDGE', ['edge-3']],
])('hypervisors are found by a part of their names: %s', async (pattern, names) => {
  const expected = names.map((hypervisor_hostname) => ({ hypervisor_hostname }));
  const query = { hypervisor_hostname_pattern: [pattern] };
  for (const path of [root, `${root}/detail`]) {
    expect(await listed(path, { version: '2.53', query })).toMatchObject({ hypervisors: expected });
  }
  const found = await listed(`${root}/${pattern}/search`, { version: '2.52' });
  expect(found).toMatchObject({ hypervisors: expected });
});

test.each(['gone', '.*', '%25', 'x'.repeat(200)])(
  'the pattern %s matches no hypervisor',
  async (pattern) => {
    const query = { hypervisor_hostname_pattern: [pattern] };
    expect((await ask(root, { version: '2.53', query })).status).toBe(404);
    expect((await ask(`${root}/${pattern}/search`, { version: '2.52' })).status).toBe(404);
    expect((await ask(`${root}/${pattern}/servers`, { version: '2.52' })).status).toBe(404);
  },
);

const [a, b, c] = ['a', 'b', 'c'].map((name, n) => ({ name, uuid: id(10 + n) }));
test('servers are listed with their hypervisors; an empty list is shown from 2.75 on', async () => {
  const query = { with_servers: ['True'] };
  for (const path of [root, `${root}/detail`]) {
    const { hypervisors } = await listed(path, { version: '2.53', query });
    expect(hypervisors.map(({ servers }) => servers)).toEqual([[a, b], [c], undefined]);
    const later = await listed(path, { version: '2.75', query });
    expect(later.hypervisors.map(({ servers }) => servers)).toEqual([[a, b], [c], []]);
  }
  const before = await listed(`${root}/e/servers`, { version: '2.52' });
  expect(before.hypervisors.map(({ servers }) => servers)).toEqual([[a, b], [c], undefined]);
  expect((await ask(`${root}/${two}`, { version: '2.53', query })).body).toMatchObject({
    hypervisor: { servers: [c] },
  });
});

test.each([
  ['2.94', { with_servers: ['false'] }],
  ['2.94', {}],
  ['2.52', { with_servers: ['true'] }],
])('at %s no servers are listed with %o', async (version, query) => {
  const { hypervisors } = await listed(root, { version, query });
  for (const hypervisor of hypervisors) expect(hypervisor).not.toHaveProperty('servers');
});

test('there are pages from 2.33 on, and their links lead through all of them', async () => {
  const query = { limit: ['2'] };
  expect((await listed(root, { version: '2.32', query })).hypervisors).toHaveLength(3);
  const first = await listed(root, { version: '2.94', query });
  expect(first.hypervisors.map((each) => each.id)).toEqual([one, two]);
  const next = new URL(first.hypervisors_links?.[0]?.href ?? '');
  expect(`${next.origin}${next.pathname}`).toBe(`https://api.test/api/compute${root}`);
  expect(Object.fromEntries(next.searchParams)).toEqual({ limit: '2', marker: two });
  const rest = await listed(root, { version: '2.94', query: { ...query, marker: [two] } });
  expect(rest.hypervisors.map((each) => each.id)).toEqual([three]);
  expect(rest).not.toHaveProperty('hypervisors_links');
  const old = await listed(root, { version: '2.33', query: { marker: ['2'] } });
  expect(old.hypervisors.map((each) => each.id)).toEqual([3]);
});

/** Hostile input: [query, the first version that refuses it]. */
const refused: [Record<string, string[]>, string | undefined][] = [
  [{ limit: ['-1'] }, '2.33'],
  [{ limit: ['ten'] }, '2.33'],
  [{ limit: ['9'.repeat(10)] }, '2.33'],
  [{ marker: ['unknown'] }, '2.33'],
  [{ marker: ['x'.repeat(256)] }, '2.33'],
  [{ with_servers: ['perhaps'] }, '2.53'],
  [{ hypervisor_hostname_pattern: ['x'.repeat(256)] }, '2.53'],
  [{ hypervisor_hostname_pattern: ['compute'], limit: ['1'] }, '2.53'],
  [{ happy: ['1'] }, '2.53'],
  [{ constructor: ['1'] }, '2.53'],
];
test.each(refused)('%o is refused from %s on, and ignored before', async (query, from = '2.1') => {
  const before = `2.${Number(from.slice(2)) - 1}`;
  for (const path of [root, `${root}/detail`]) {
    expect((await ask(path, { version: before, query })).status).toBe(200);
    expect((await ask(path, { version: from, query })).status).toBe(400);
    expect((await ask(path, { version: 'latest', query })).status).toBe(400);
  }
});

test('a pattern with a marker is refused too', async () => {
  const query = { hypervisor_hostname_pattern: ['compute'], marker: [one] };
  expect((await ask(root, { version: '2.53', query })).status).toBe(400);
});

test('the query of one hypervisor is checked like that of a list', async () => {
  const status = async (version: string, query: Record<string, string[]>) =>
    (await ask(`${root}/${one}`, { version, query })).status;
  expect(await status('2.53', { with_servers: ['perhaps'] })).toBe(400);
  expect((await ask(`${root}/1`, { version: '2.52', query: { happy: ['1'] } })).status).toBe(200);
  expect(await status('2.53', { happy: ['1'] })).toBe(400);
  expect(await status('2.53', { limit: ['1'] })).toBe(400);
});

test('the statistics are sums of the known resources', async () => {
  expect((await ask(`${root}/statistics`, { version: '2.87' })).body).toEqual({
    hypervisor_statistics: {
      ...figures,
      ...{ count: 3, vcpus: 96, memory_mb: 393216, local_gb: 5400 },
    },
  });
});

test('there are no aggregates', async () => {
  for (const version of ['2.1', '2.81', '2.94']) {
    expect(await ask('/v2.1/os-aggregates', { version })).toMatchObject({
      ...{ status: 200, body: { aggregates: [] } },
    });
  }
});

test.each(['member', 'memberOfB', 'service', 'unscoped'])(
  'a %s is refused everywhere',
  async (as) => {
    const paths = [root, `${root}/detail`, `${root}/${one}`, '/v2.1/os-aggregates'];
    for (const path of paths) expect((await ask(path, { as, version: '2.94' })).status).toBe(403);
    for (const path of [`${root}/e/search`, `${root}/e/servers`, `${root}/statistics`]) {
      expect((await ask(path, { as, version: '2.52' })).status).toBe(403);
    }
    const query = { limit: ['-1'] };
    expect((await ask(root, { as, version: '2.94', query })).status).toBe(400);
  },
);

describe('an answer that is too large for a function of Lambda', () => {
  /** 24 hosts with a thousand servers of long names each: some 8 MB. */
  const crowded = () => {
    const name = (n: number) => `host-${String(n).padStart(2, '0')}`;
    const hosts = Array.from({ length: 24 }, (_, n) =>
      hostWith({ ...{ host: name(n), hypervisor_id: id(1000 + n), service_number: n + 1 } }),
    );
    const instances = hosts.flatMap(({ host }, n) =>
      Array.from({ length: 1000 }, (_, m) =>
        instanceWith({ uuid: id(10_000 + n * 1000 + m), name: 'n'.repeat(250), host }),
      ),
    );
    return computeOf(worldOf({ hosts, instances }));
  };
  beforeEach(() => {
    ask = crowded();
  });
  const bytes = (body: unknown) => Buffer.byteLength(JSON.stringify(JSON.stringify(body)));

  test('ends earlier, and links to the rest', async () => {
    const all: unknown[] = [];
    let query: Record<string, string[]> | undefined = { with_servers: ['true'] };
    while (query) {
      const answer = await ask(root, { version: '2.94', query });
      expect(bytes(answer.body)).toBeLessThan(6_000_000);
      const { hypervisors, hypervisors_links } = List.parse(answer.body);
      all.push(...hypervisors);
      const next: string | undefined = hypervisors_links?.[0]?.href;
      const marker: string = (next && new URL(next).searchParams.get('marker')) || '';
      query = marker === '' ? undefined : { with_servers: ['true'], marker: [marker] };
    }
    expect(all).toHaveLength(24);
    expect(all).toEqual(
      Array.from({ length: 24 }, (_, n) => expect.objectContaining({ id: id(1000 + n) })),
    );
    for (const each of all) expect(Object(each).servers).toHaveLength(1000);
  });

  test('is refused if a list has no pages, because clients would take a part of it for the whole list', async () => {
    const query = { hypervisor_hostname_pattern: ['host'], with_servers: ['true'] };
    const refused = await ask(root, { version: '2.94', query });
    expect(refused).toMatchObject({ status: 413, body: { overLimit: { code: 413 } } });
    expect((await ask(`${root}/host/servers`, { version: '2.52' })).status).toBe(413);
    const one = { ...query, hypervisor_hostname_pattern: ['host-07'] };
    expect((await ask(root, { version: '2.94', query: one })).status).toBe(200);
  });
});
