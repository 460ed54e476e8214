/** The rows of docs/wire/compute.md#the-nova-command-line. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cloud, logins, newHost, newInstance, newName, serviceOf } from '../e2e/cloud.ts';
import { envOf, openShells, rowsOf, type Shells } from './shells.ts';

let cloud: Cloud;
let host: string;
let server: string;
let shells: Shells;
const name = newName('vnf');

beforeAll(async () => {
  shells = openShells();
  cloud = await logins();
  host = await newHost(cloud.admin);
  server = await newInstance(cloud.admin, { project_id: cloud.a.projectId, host, name });
});
afterAll(() => shells?.close());

const nova = (...args: readonly string[]) => shells.nova('admin', ...args);
const at = (version: string, ...args: readonly string[]) =>
  nova('--os-compute-api-version', version, ...args);

/** What `nova show` prints of a server, by the names of its properties. */
const shown = async (...args: readonly string[]) =>
  Object.fromEntries(
    rowsOf(await nova(...args, 'show', server)).map(({ Property = '', Value }) => [
      Property,
      Value,
    ]),
  );

test.each(['2.1', '2.52', '2.53', '2.94'])('service-list shows the host at %s', async (version) => {
  const rows = rowsOf(await at(version, 'service-list', '--host', host));
  expect(rows).toMatchObject([
    { Binary: 'nova-compute', Host: host, Zone: 'nova', Status: 'enabled', State: 'up' },
  ]);
});

test.each(['2.11', '2.52', '2.53', '2.94'])(
  'service-force-down and --unset at %s: by host to 2.52, by uuid from 2.53 on',
  async (version) => {
    const { id } = await serviceOf(cloud.admin, host);
    const subject = ['2.11', '2.52'].includes(version) ? host : id;
    await at(version, 'service-force-down', subject);
    expect(await serviceOf(cloud.admin, host)).toMatchObject({ state: 'down', forced_down: true });
    await at(version, 'service-force-down', '--unset', subject);
    expect(await serviceOf(cloud.admin, host)).toMatchObject({ state: 'up', forced_down: false });
  },
);

test('service-disable with a reason, and service-enable', async () => {
  const { id } = await serviceOf(cloud.admin, host);
  await nova('service-disable', '--reason', 'disk', id);
  expect(await serviceOf(cloud.admin, host)).toMatchObject({ disabled_reason: 'disk' });
  await nova('service-enable', id);
  expect(await serviceOf(cloud.admin, host)).toMatchObject({ status: 'enabled' });
});

describe('servers', () => {
  test.each(['2.1', '2.46', '2.94'])('list finds them by host at %s', async (version) => {
    const rows = rowsOf(await at(version, 'list', '--all-tenants', '--host', host));
    expect(rows).toMatchObject([{ ID: server, Name: name, 'Power State': 'Shutdown' }]);
  });

  test.each(['2.1', '2.46', '2.94'])('show shows one at %s', async (version) => {
    expect(await shown('--os-compute-api-version', version)).toMatchObject({
      ...{ id: server, name, status: 'SHUTOFF', 'OS-EXT-SRV-ATTR:host': host },
    });
  });

  test('reset-state sets error, and active', async () => {
    await nova('reset-state', server);
    expect(await shown()).toMatchObject({ status: 'ERROR' });
    await nova('reset-state', '--active', server);
    expect(await shown()).toMatchObject({ status: 'ACTIVE' });
  });

  test('stop and start, meta and delete, by their owner', async () => {
    await shells.nova('tenant-a', 'stop', server);
    expect(await shown()).toMatchObject({ status: 'SHUTOFF' });
    await shells.nova('tenant-a', 'start', name);
    await shells.nova('tenant-a', 'meta', server, 'set', 'role=db');
    expect(await shown()).toMatchObject({ status: 'ACTIVE', metadata: '{"role": "db"}' });
  });

  test('the other tenant finds no server, and is refused administrators’ commands', async () => {
    await expect(shells.nova('tenant-b', 'show', server)).rejects.toThrow(/No server with/);
    await expect(shells.nova('tenant-a', 'service-list')).rejects.toThrow(/HTTP 403.*req-/);
  });
});

test('hypervisor-list and hypervisor-servers find the host', async () => {
  expect(rowsOf(await nova('hypervisor-list', '--matching', host))).toMatchObject([
    { 'Hypervisor hostname': host, State: 'up', Status: 'enabled' },
  ]);
  const servers = rowsOf(await nova('hypervisor-servers', host));
  expect(servers).toMatchObject([{ ID: server, 'Hypervisor Hostname': host }]);
});

test('host-update is no longer there', async () => {
  const { status, stderr } = await shells.run('nova', envOf('admin'), ['host-update', host]);
  expect([status, stderr]).toEqual([2, expect.stringMatching(/invalid choice|host-update/)]);
});
