/** `limits` and `os-simple-tenant-usage`. Source: nova, its schemas of both. */
import { beforeEach, describe, expect, test } from 'vitest';
import { hostWith, id, instanceWith } from '../../../domain/rows.ts';
import { worldOf } from '../../../flows/world.ts';
import { type Asked, computeOf, projectA, projectB } from '../surface.ts';

let ask: ReturnType<typeof computeOf>;
const unknown = { ...instanceWith().flavor, vcpus: 0, ram: 0, disk: 0, ephemeral: 0 };
/** The time of the request is 00:10. Servers were launched at 00:00 unless a test says otherwise. */
const at = (hour: number) =>
  new Date(Date.parse('2026-01-01T00:00:00Z') + hour * 3_600_000).toISOString();

beforeEach(() => {
  const world = worldOf({
    hosts: [hostWith()],
    instances: [
      instanceWith({ project_id: projectA, launched_at: at(-2), created_at: at(-2) }),
      instanceWith({
        ...{ uuid: id(12), project_id: projectA, vm_state: 'stopped', flavor: unknown },
        ...{ launched_at: at(-1), created_at: at(-1) },
      }),
      instanceWith({
        ...{ uuid: id(13), project_id: projectA, vm_state: 'deleted', deleted: true },
        ...{ launched_at: at(-4), terminated_at: at(-3), created_at: at(-4) },
      }),
      instanceWith({ uuid: id(14), project_id: projectA, vm_state: 'building', launched_at: null }),
      instanceWith({ uuid: id(20), project_id: projectB, launched_at: at(-1) }),
    ],
  });
  ask = computeOf(world);
});

describe('limits', () => {
  const first = [
    ...['maxImageMeta', 'maxPersonality', 'maxPersonalitySize', 'maxSecurityGroupRules'],
    ...['maxSecurityGroups', 'maxServerGroupMembers', 'maxServerGroups', 'maxServerMeta'],
    ...['maxTotalCores', 'maxTotalFloatingIps', 'maxTotalInstances', 'maxTotalKeypairs'],
    ...['maxTotalRAMSize', 'totalCoresUsed', 'totalFloatingIpsUsed', 'totalInstancesUsed'],
    ...['totalRAMUsed', 'totalSecurityGroupsUsed', 'totalServerGroupsUsed'],
  ];
  const without = (...gone: RegExp[]) =>
    first.filter((key) => !gone.some((each) => each.test(key)));
  const network = /SecurityGroup|FloatingIp/;
  test.each([
    ['2.1', first],
    ['2.35', first],
    ['2.36', without(network)],
    ['2.39', without(network, /ImageMeta/)],
    ['2.57', without(network, /ImageMeta/, /Personality/)],
    ['2.94', without(network, /ImageMeta/, /Personality/)],
  ])('at %s have exactly the keys of the schema', async (version, keys) => {
    const { status, body } = await ask('/v2.1/limits', { version, as: 'reader' });
    expect(status).toBe(200);
    const { limits } = Object(body);
    expect(limits.rate).toEqual([]);
    expect(Object.keys(limits.absolute).sort()).toEqual([...keys].sort());
  });

  const used = { totalInstancesUsed: 3, totalCoresUsed: 2, totalRAMUsed: 4096 };
  test.each<[Asked, number, object]>([
    [{ as: 'reader' }, 200, used],
    [{ as: 'admin', query: { tenant_id: [projectB] } }, 200, { totalInstancesUsed: 1 }],
    [{ as: 'member', query: { tenant_id: [projectA] } }, 403, {}],
    [{ as: 'unscoped' }, 403, {}],
    [{ as: 'reader', query: { happy: ['1'] }, version: '2.74' }, 200, used],
    [{ as: 'reader', query: { happy: ['1'] }, version: '2.75' }, 400, {}],
  ])('to %j: %i', async (given, status, absolute) => {
    const answer = await ask('/v2.1/limits', given);
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.body).toMatchObject({ limits: { absolute } });
  });
});

describe('usage', () => {
  const root = '/v2.1/os-simple-tenant-usage';
  const period = { start: ['2025-12-31T20:00:00'], end: ['2026-01-02T00:00:00.000000'] };

  test('of a project is that of its servers in the period, up to now', async () => {
    const { status, body } = await ask(`${root}/${projectA}`, { as: 'reader', query: period });
    expect(status).toBe(200);
    const figures = { vcpus: 1, memory_mb: 2048, local_gb: 25, flavor: 'm1.small', name: 'vm' };
    const hours = (n: number) => expect.closeTo(n, 6);
    expect(body).toEqual({
      tenant_usage: {
        ...{ tenant_id: projectA, start: '2025-12-31T20:00:00.000000' },
        stop: '2026-01-01T00:10:00.000000',
        total_hours: hours(1 + 13 / 6 + 7 / 6),
        total_vcpus_usage: hours(1 + 13 / 6),
        total_memory_mb_usage: hours(2048 * (1 + 13 / 6)),
        total_local_gb_usage: hours(25 * (1 + 13 / 6)),
        server_usages: [
          {
            ...{ instance_id: id(12), tenant_id: projectA, name: 'vm', flavor: 'm1.small' },
            ...{ local_gb: 0, hours: hours(7 / 6), state: 'stopped', uptime: 4200 },
            ...{ started_at: '2025-12-31T23:00:00.000000', ended_at: null },
          },
          {
            ...{ instance_id: id(10), tenant_id: projectA, ...figures },
            ...{ hours: hours(13 / 6), state: 'active', uptime: 7800 },
            ...{ started_at: '2025-12-31T22:00:00.000000', ended_at: null },
          },
          {
            ...{ instance_id: id(13), tenant_id: projectA, ...figures },
            ...{ hours: 1, state: 'terminated', uptime: 3600 },
            ...{ started_at: '2025-12-31T20:00:00.000000' },
            ended_at: '2025-12-31T21:00:00.000000',
          },
        ],
      },
    });
  });

  test('of all projects is for administrators, with the servers if they are requested', async () => {
    const { body } = await ask(root, { query: period });
    expect(body).toMatchObject({
      tenant_usages: expect.arrayContaining([
        expect.objectContaining({ tenant_id: projectA }),
        expect.objectContaining({ tenant_id: projectB, total_hours: expect.closeTo(7 / 6, 6) }),
      ]),
    });
    expect(JSON.stringify(body)).not.toContain('server_usages');
    const detailed = await ask(root, { query: { ...period, detailed: ['1'] } });
    expect(JSON.stringify(detailed.body)).toContain('server_usages');
    for (const as of ['member', 'reader']) {
      expect((await ask(root, { as, query: period })).status).toBe(403);
      expect((await ask(`${root}/${projectB}`, { as, query: period })).status).toBe(403);
    }
  });

  test('of a project that has no servers is empty', async () => {
    const { body } = await ask(`${root}/${'c'.repeat(32)}`, { query: period });
    expect(body).toEqual({ tenant_usage: {} });
  });

  test('has pages of servers from 2.40 on', async () => {
    const query = { ...period, limit: ['1'] };
    const old = await ask(`${root}/${projectA}`, { query, version: '2.39' });
    expect(old.body).not.toHaveProperty('tenant_usage_links');
    const found: string[] = [];
    let next: URL | undefined = new URL(`https://api.test${root}/${projectA}?limit=1`);
    while (next) {
      const marker = next.searchParams.getAll('marker');
      const page = { ...query, ...(marker.length > 0 && { marker }) };
      const { body } = await ask(`${root}/${projectA}`, { query: page, version: '2.40' });
      const { tenant_usage, tenant_usage_links } = Object(body);
      for (const each of tenant_usage.server_usages ?? []) found.push(each.instance_id);
      next = tenant_usage_links && new URL(tenant_usage_links[0].href);
    }
    expect(found).toEqual([id(12), id(10), id(13)]);
  });

  test.each<[Record<string, string[]>, string, number]>([
    [{}, '2.1', 200],
    [{ start: ['2026-01-01 00:00:00.000000'] }, '2.1', 200],
    [{ start: ['2026-01-01'] }, '2.1', 400],
    [{ start: ['yesterday'] }, '2.1', 400],
    [{ start: ['2026-01-01T00:00:00Z'] }, '2.1', 400],
    [{ end: ['2026-02-30T00:00:00'] }, '2.1', 400],
    [{ start: ['2026-01-02T00:00:00'], end: ['2026-01-01T00:00:00'] }, '2.1', 400],
    [{ limit: ['-1'] }, '2.39', 200],
    [{ limit: ['-1'] }, '2.40', 400],
    [{ marker: [id(404)] }, '2.40', 400],
    [{ happy: ['1'] }, '2.74', 200],
    [{ happy: ['1'] }, '2.75', 400],
  ])('%j at %s: %i', async (query, version, status) => {
    for (const path of [root, `${root}/${projectA}`]) {
      expect((await ask(path, { query, version })).status).toBe(status);
    }
  });
});
