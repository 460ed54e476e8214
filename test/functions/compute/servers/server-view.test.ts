import { expect, test } from 'vitest';
import * as z from 'zod';
import type { Host } from '../../../../domain/hosts/host.ts';
import { asSeen } from '../../../../domain/hosts/host-fault.ts';
import type { Instance } from '../../../../domain/servers/instance.ts';
import { downHost, hostWith, id, instanceWith } from '../../../domain/rows.ts';
import { worldOf } from '../../../flows/world.ts';
import { computeOf, projectA } from '../surface.ts';

async function shown(
  version: string,
  {
    as = 'admin',
    row = {},
    host = hostWith(),
    path = `/v2.1/servers/${id(10)}`,
  }: { as?: string; row?: Partial<Instance>; host?: Host; path?: string } = {},
) {
  const instances = [instanceWith({ project_id: projectA, ...row })];
  const { body } = await computeOf(worldOf({ hosts: [host], instances }))(path, { as, version });
  const Body = z
    .object({ server: z.looseObject({}) })
    .or(
      z
        .object({ servers: z.array(z.looseObject({})) })
        .transform(({ servers: [server = {}] }) => ({ server })),
    );
  return Body.parse(body).server;
}

/** The fields of docs/wire/compute.md#the-server-object. */
test('a server is shown with the types that clients decode', async () => {
  const self = `https://api.test/api/compute/v2.1/servers/${id(10)}`;
  const bookmark = `https://api.test/api/compute/servers/${id(10)}`;
  expect(await shown('2.1', { as: 'member' })).toEqual({
    id: id(10),
    name: 'vm',
    links: [
      { rel: 'self', href: self },
      { rel: 'bookmark', href: bookmark },
    ],
    status: 'ACTIVE',
    tenant_id: projectA,
    user_id: 'u',
    created: '2026-01-01T00:00:00Z',
    updated: '2026-01-01T00:01:00Z',
    hostId: expect.stringMatching(/^[0-9a-f]{56}$/),
    metadata: {},
    accessIPv4: '',
    accessIPv6: '',
    'OS-DCF:diskConfig': 'MANUAL',
    'OS-EXT-AZ:availability_zone': 'nova',
    config_drive: '',
    key_name: null,
    'OS-SRV-USG:launched_at': '2026-01-01T00:00:00.000000',
    'OS-SRV-USG:terminated_at': null,
    'os-extended-volumes:volumes_attached': [],
    'OS-EXT-STS:vm_state': 'active',
    'OS-EXT-STS:task_state': null,
    'OS-EXT-STS:power_state': 1,
    addresses: {},
    image: '',
    flavor: {
      id: 'f',
      links: [{ rel: 'bookmark', href: 'https://api.test/api/compute/flavors/f' }],
    },
    progress: 0,
  });
});

/** The first version that shows a field, and whether only administrators see it. */
test.each([
  ['locked', '2.9', false],
  ['description', '2.19', false],
  ['tags', '2.26', false],
  ['trusted_image_certificates', '2.63', false],
  ['server_groups', '2.71', false],
  ['locked_reason', '2.73', false],
  ['OS-EXT-SRV-ATTR:hostname', '2.90', false],
  ['OS-EXT-SRV-ATTR:user_data', '2.3', true],
  ['OS-EXT-SRV-ATTR:launch_index', '2.3', true],
  ['host_status', '2.16', true],
])('%s is shown from %s on (only to administrators: %s)', async (field, version, adminOnly) => {
  const before = `2.${Number(version.slice(2)) - 1}`;
  const as = adminOnly ? 'admin' : 'member';
  expect(await shown(before, { as })).not.toHaveProperty([field]);
  expect(await shown(version, { as })).toHaveProperty([field]);
  if (adminOnly) expect(await shown('2.94', { as: 'member' })).not.toHaveProperty([field]);
});

test.each(['2.1', '2.53', '2.94'])(
  'at %s nothing that a tenant sees names a host',
  async (version) => {
    for (const host of [hostWith(), downHost()]) {
      const server = await shown(version, { as: 'member', host });
      expect(JSON.stringify(server)).not.toContain('compute-1');
      expect(server).not.toHaveProperty(['OS-EXT-SRV-ATTR:host']);
    }
    expect(await shown(version)).toMatchObject({
      'OS-EXT-SRV-ATTR:host': 'compute-1',
      'OS-EXT-SRV-ATTR:hypervisor_hostname': 'compute-1',
    });
  },
);

test('server groups are shown for one server, not in a list', async () => {
  const list = await shown('2.94', { path: '/v2.1/servers/detail' });
  expect(list).not.toHaveProperty('server_groups');
});

test('from 2.47 on the flavor is embedded, without its id', async () => {
  const { flavor } = await shown('2.47');
  expect(flavor).toEqual({
    ...{ vcpus: 1, ram: 2048, disk: 20, ephemeral: 5, swap: 0 },
    ...{ original_name: 'm1.small', extra_specs: {} },
  });
});

test('an image is a link; without an image it is an empty text, never null', async () => {
  expect((await shown('2.1', { row: { image_id: id(70) } })).image).toEqual({
    id: id(70),
    links: [{ rel: 'bookmark', href: `https://api.test/api/compute/images/${id(70)}` }],
  });
});

test.each([
  ['up', hostWith(), {}, 'UP'],
  ['down', downHost(1, { status: 'disabled' }), {}, 'DOWN'],
  ['disabled', hostWith({ status: 'disabled' }), {}, 'MAINTENANCE'],
  ['silent', hostWith({ heartbeat: true }), {}, 'UNKNOWN'],
  ['none', hostWith(), { host: null }, ''],
  ['deleted', hostWith({ deleted: true }), {}, ''],
] as const)('the status of a host that is %s', async (_, host, row, status) => {
  expect(await shown('2.16', { host, row })).toMatchObject({ host_status: status });
});

test('a fault is shown only for a server in error', async () => {
  const failed = asSeen(instanceWith({ vm_state: 'building' }), downHost());
  const { vm_state, fault, fault_number } = failed;
  const row = { vm_state, fault, fault_number };
  expect(await shown('2.1', { row, host: downHost() })).toMatchObject({
    status: 'ERROR',
    fault: { code: 500, created: '2026-01-01T00:10:00Z', message: expect.any(String) },
  });
  const recovered = { ...row, vm_state: 'stopped' } as const;
  expect(await shown('2.1', { row: recovered, host: downHost() })).not.toHaveProperty('fault');
});

test('the version documents need no token and list the versions', async () => {
  const ask = computeOf(worldOf());
  const document = {
    id: 'v2.1',
    status: 'CURRENT',
    version: '2.94',
    min_version: '2.1',
    updated: '2013-07-23T11:33:21Z',
    links: [{ rel: 'self', href: 'https://api.test/api/compute/v2.1/' }],
  };
  for (const path of ['', '/']) {
    expect((await ask(path, { as: '' })).body).toEqual({ versions: [document] });
  }
  for (const path of ['/v2.1', '/v2.1/']) {
    const { body } = await ask(path, { as: '' });
    expect(body).toMatchObject({ version: { ...document, 'media-types': [{}] } });
  }
});
