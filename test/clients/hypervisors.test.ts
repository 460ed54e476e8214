import { beforeAll, expect, test } from 'vitest';
import { logins, newHost, newName } from '../e2e/cloud.ts';
import { openstack, shown } from './openstack.ts';

let host: string;

beforeAll(async () => {
  const { admin } = await logins();
  host = await newHost(admin);
  const body = {
    hypervisor_type: 'QEMU',
    hypervisor_version: 8002000,
    host_ip: '192.0.2.9',
    vcpus: 4,
  };
  await admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body });
});

/** The client's default microversion, and others: docs/wire/compute.md#hypervisors-with-openstack. */
const versions = [[], ['2.52'], ['2.53'], ['2.87']].map(([version]) => ({
  at: version ?? 'the client’s own version',
  asked: version === undefined ? [] : ['--os-compute-api-version', version],
}));

test.each(versions)('openstack hypervisor list shows the host, at $at', async ({ asked }) => {
  const row = { 'Hypervisor Hostname': host, 'Hypervisor Type': 'QEMU', State: 'up' };
  const [all, matching] = await Promise.all([
    shown('admin', ...asked, 'hypervisor', 'list'),
    shown('admin', ...asked, 'hypervisor', 'list', '--matching', host.slice(2)),
  ]);
  expect(all).toContainEqual(expect.objectContaining(row));
  expect(matching).toMatchObject([{ 'Hypervisor Hostname': host }]);
});

test('openstack hypervisor list --long shows the known facts of the host', async () => {
  const rows = await shown('admin', 'hypervisor', 'list', '--long', '--matching', host);
  expect(rows).toMatchObject([{ 'Hypervisor Hostname': host, 'Host IP': '192.0.2.9' }]);
});

test.each(versions)(
  'openstack hypervisor show finds the host by its name, at $at',
  async ({ asked }) => {
    expect(await shown('admin', ...asked, 'hypervisor', 'show', host)).toMatchObject({
      ...{ hypervisor_hostname: host, hypervisor_type: 'QEMU', host_ip: '192.0.2.9' },
      ...{ state: 'up', status: 'enabled', service_host: host },
    });
  },
);

test('openstack hypervisor reports a name that no hypervisor has', async () => {
  const none = newName('none');
  await expect(openstack('admin', 'hypervisor', 'show', none)).rejects.toThrow(
    /No Hypervisor found/i,
  );
  await expect(openstack('admin', 'hypervisor', 'list', '--matching', none)).rejects.toThrow(none);
});

test('openstack hypervisor list is not for tenants', async () => {
  await expect(openstack('tenant-a', 'hypervisor', 'list')).rejects.toThrow(/403|permission/i);
});
