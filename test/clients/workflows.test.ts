/** All requests of evacuation tools from the first to the last, with the clients that they use. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cloud, forceDown, logins, newHost, newInstance, statesOf } from '../e2e/cloud.ts';
import { openstack, shown } from './openstack.ts';
import { openShells, type Shells } from './shells.ts';

let cloud: Cloud;
let shells: Shells;
let host: string;
let target: string;
let server: string;

beforeAll(async () => {
  shells = openShells();
  cloud = await logins();
  [host, target] = [await newHost(cloud.admin), await newHost(cloud.admin)];
  server = await newInstance(cloud.admin, { project_id: cloud.a.projectId, host });
});
afterAll(() => shells?.close());

/**
 * Sources: fence-agents `agents/evacuate/fence_evacuate.py`; masakari
 * `engine/drivers/taskflow/host_failure.py`.
 */
test('fence_evacuate’s requests, of a server that Masakari has locked, evacuate it', async () => {
  await forceDown(cloud.admin, host.toUpperCase());
  const lines = [
    'from novaclient import client',
    "nova = client.Client('2.11', session=conn.session, region_name='RegionOne')",
    'later = client.Client("2.73", session=conn.session, region_name="RegionOne")',
    `service = nova.services.list(host='${host}')[0]`,
    'known = [service.state, nova.glance.list(), nova.flavors.list()]',
    `servers = nova.servers.list(search_opts={'host': '${host}', 'all_tenants': 1})`,
    "later.servers.lock(servers[0], reason='evacuation')",
    `nova.servers.evacuate(server=servers[0], host='${target}', on_shared_storage=False)`,
    'moved = later.servers.get(servers[0].id)',
    'where = [getattr(moved, "OS-EXT-SRV-ATTR:host"), moved.status, moved.locked_reason]',
    'later.servers.unlock(moved)',
    'print(json.dumps([known, [each.id for each in servers], where]))',
  ];
  expect(await shells.sdk('admin', ...lines)).toEqual([
    ['down', [], []],
    [server],
    [target, 'ACTIVE', 'evacuation'],
  ]);
});

test('openstack server lock keeps its tenant from changing it until it is unlocked', async () => {
  await openstack('admin', 'server', 'lock', '--reason', 'moving', server);
  expect(await shown('tenant-a', 'server', 'show', server)).toMatchObject({
    ...{ locked: true, locked_reason: 'moving' },
  });
  const stop = () => openstack('tenant-a', 'server', 'stop', server);
  await expect(stop()).rejects.toThrow(/409|is locked/);
  await expect(openstack('tenant-a', 'server', 'unlock', server)).rejects.toThrow(/403|Policy/);
  await openstack('admin', 'server', 'unlock', server);
  await stop();
  expect(await statesOf(cloud.a, server)).toEqual(['stopped', 4, null, 'SHUTOFF']);
});

test('openstack image, limits and usage show what a registry knows', async () => {
  expect(await shown('tenant-a', 'image', 'list')).toEqual([]);
  const limits = await shown('tenant-a', 'limits', 'show', '--absolute');
  expect(limits).toEqual(expect.arrayContaining([{ Name: 'instances', Value: -1 }]));
  const usage = await shown('tenant-a', 'usage', 'show');
  expect(usage).toMatchObject({ Project: cloud.a.projectId });
});
