import { beforeAll, expect, test } from 'vitest';
import { type Cloud, logins, newHost, newInstance, newName } from '../e2e/cloud.ts';
import { openstack, shown } from './openstack.ts';

let cloud: Cloud;
let instance: string;
const name = newName('vnf');

beforeAll(async () => {
  cloud = await logins();
  const host = await newHost(cloud.admin);
  instance = await newInstance(cloud.admin, { project_id: cloud.a.projectId, host, name });
});

const server = (...args: readonly string[]) => openstack('tenant-a', 'server', ...args);
const seen = () => shown('tenant-a', 'server', 'show', instance);

test('openstack server stop and start change the state', async () => {
  await server('stop', instance);
  expect(await seen()).toMatchObject({ status: 'SHUTOFF', 'OS-EXT-STS:power_state': 4 });
  await server('start', instance);
  expect(await seen()).toMatchObject({ status: 'ACTIVE', 'OS-EXT-STS:power_state': 1 });
  await expect(server('start', instance)).rejects.toThrow(/409|vm_state active/);
});

test('openstack server show finds one by its name', async () => {
  expect(await shown('tenant-a', 'server', 'show', name)).toMatchObject({ id: instance, name });
});

test('openstack server set --state is the administrator’s', async () => {
  const set = ['server', 'set', '--state', 'error', '--auto-approve', instance] as const;
  await expect(openstack('tenant-a', ...set)).rejects.toThrow(/403|Policy/);
  await openstack('admin', ...set);
  expect(await seen()).toMatchObject({ status: 'ERROR' });
  await openstack('admin', 'server', 'set', '--state', 'active', '--auto-approve', instance);
  expect(await seen()).toMatchObject({ status: 'ACTIVE' });
});

test('openstack server set --property and unset write the metadata', async () => {
  await server('set', '--property', 'role=db', '--property', 'tier=1', instance);
  expect(await seen()).toMatchObject({ properties: { role: 'db', tier: '1' } });
  await server('unset', '--property', 'role', instance);
  expect(await seen()).toMatchObject({ properties: { tier: '1' } });
});

test('openstack server set and unset write its name, description, host name and tags', async () => {
  const texts = ['--name', 'web-1', '--description', 'the first', '--hostname', 'web'];
  await server('set', ...texts, '--tag', 'edge', '--tag', 'prod', instance);
  expect(await seen()).toMatchObject({
    ...{ name: 'web-1', description: 'the first', tags: ['edge', 'prod'] },
    'OS-EXT-SRV-ATTR:hostname': 'web',
  });
  await server('unset', '--description', '--tag', 'prod', instance);
  expect(await seen()).toMatchObject({ tags: ['edge'] });
});

test('openstack server list finds it by its state and facts, and event list shows its last change', async () => {
  const listed = (...args: string[]) => shown('tenant-a', 'server', 'list', '-c', 'ID', ...args);
  const it = [expect.objectContaining({ ID: instance })];
  const since = ['--changes-since', '2026-01-01T00:00:00Z', '--status', 'ACTIVE'];
  expect(await listed('--name', '^(web|x)-1$', '--tags', 'edge', '--unlocked')).toEqual(it);
  expect(await listed(...since)).toEqual(expect.arrayContaining(it));
  expect(await listed('--not-tags', 'edge', '--name', '^web-1$')).toEqual([]);
  await server('stop', instance);
  const events = await shown('tenant-a', 'server', 'event', 'list', instance);
  expect(events).toMatchObject([{ 'Server ID': instance, Action: 'stop' }]);
});

test('openstack availability zone list shows the zones, and flavor list none', async () => {
  const zones = await shown('tenant-a', 'availability', 'zone', 'list', '--compute');
  const zone = { 'Zone Name': 'nova', 'Zone Status': 'available' };
  expect(zones).toContainEqual(zone);
  expect(await shown('admin', 'availability', 'zone', 'list', '--compute')).toContainEqual(zone);
  expect(await shown('tenant-a', 'flavor', 'list')).toEqual([]);
});

test('openstack server delete deletes it', async () => {
  await server('delete', instance);
  await expect(server('show', instance)).rejects.toThrow(/No [Ss]erver found|could not be found/i);
});
