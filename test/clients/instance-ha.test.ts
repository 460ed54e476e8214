/** The unmodified client of Masakari, a plug-in of `openstack`. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type Cloud, logins, newHost, newName, serviceOf } from '../e2e/cloud.ts';
import { openShells, type Shells } from './shells.ts';

let cloud: Cloud;
let shells: Shells;
const zone = newName('zone');
const host = newName('cmp');

beforeAll(async () => {
  shells = openShells();
  cloud = await logins();
  await newHost(cloud.admin, host);
  await cloud.admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone } });
});
afterAll(() => shells?.close());

const Notification = z.looseObject({
  notification_uuid: z.guid(),
  type: z.string(),
  status: z.string(),
});

test('notification create takes the host down, and show and list show the notification', async () => {
  const payload = { event: 'STOPPED', cluster_status: 'OFFLINE', host_status: 'NORMAL' };
  const create = ['notification', 'create', 'COMPUTE_HOST', host, '2026-01-01T01:00:00.000'];
  const made = await shells.shown('admin', ...create, JSON.stringify(payload));
  const { notification_uuid } = Notification.parse(made);
  expect(made).toMatchObject({ type: 'COMPUTE_HOST', status: 'finished' });
  expect((await serviceOf(cloud.admin, host)).state).toBe('down');
  expect(await shells.shown('admin', 'notification', 'show', notification_uuid)).toEqual(made);
  const list = async (status: string) => {
    const filters = ['--filters', `status=${status}`, '--limit', '1000'];
    const rows = await shells.shown('admin', 'notification', 'list', ...filters);
    return z.array(Notification).parse(rows);
  };
  const row = expect.objectContaining({ notification_uuid, status: 'finished' });
  expect(await list('finished')).toContainEqual(row);
  expect(await list('new')).toEqual([]);
});

test('segment list, segment show by name and segment host list show the zone with its host', async () => {
  const segments = await shells.shown('admin', 'segment', 'list');
  const row = { name: zone, service_type: 'COMPUTE', recovery_method: 'auto', is_enabled: true };
  expect(segments).toContainEqual(expect.objectContaining(row));
  const segment = await shells.shown('admin', 'segment', 'show', zone);
  expect(segment).toMatchObject(row);
  const hosts = await shells.shown('admin', 'segment', 'host', 'list', zone);
  expect(hosts).toEqual([
    expect.objectContaining({ name: host, type: 'COMPUTE', on_maintenance: false }),
  ]);
  expect(await shells.shown('admin', 'segment', 'host', 'show', zone, host)).toMatchObject({
    name: host,
  });
});

test('a tenant is refused', async () => {
  await expect(shells.openstack('tenant-a', 'segment', 'list')).rejects.toThrow(/403|HTTP/);
});
