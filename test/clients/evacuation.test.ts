/** The rows of docs/wire/compute.md#evacuations. Targets are named: the stack is shared. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  at,
  type Cloud,
  expectStatus,
  forceDown,
  logins,
  newHost,
  newInstance,
  serverOf,
} from '../e2e/cloud.ts';
import { envOf, openShells, rowsOf, type Shells } from './shells.ts';

let cloud: Cloud;
let shells: Shells;
let target: string;

beforeAll(async () => {
  shells = openShells();
  cloud = await logins();
  target = await newHost(cloud.admin);
});
afterAll(() => shells?.close());

/** A host that is down, and active servers of a tenant that were on it. */
async function failed(servers: number): Promise<{ host: string; ids: string[] }> {
  const host = await newHost(cloud.admin);
  const facts = { project_id: cloud.a.projectId, host };
  const ids = Array.from({ length: servers }, () => randomUUID());
  for (const id of ids) await newInstance(cloud.admin, facts, id);
  expectStatus(await forceDown(cloud.admin, host), 200);
  return { host, ids };
}

const where = async (id: string): Promise<unknown[]> => {
  const server = await serverOf(cloud.admin, id);
  return [server.status, server['OS-EXT-SRV-ATTR:host']];
};
const there = () => ['ACTIVE', target];
const asked = (version: string | undefined) =>
  version === undefined ? [] : ['--os-compute-api-version', version];

test.each([undefined, '2.29', '2.68'])(
  'openstack server evacuate --host moves a server at %s, undefined being its own',
  async (version) => {
    const [id = ''] = (await failed(1)).ids;
    const line = ['server', 'evacuate', '--host', target, id];
    await shells.openstack('admin', ...asked(version), ...line);
    expect(await where(id)).toEqual(there());
  },
);

test('openstack server evacuate is refused from a host that is up, and of tenants', async () => {
  const host = await newHost(cloud.admin);
  const id = await newInstance(cloud.admin, { project_id: cloud.a.projectId, host });
  const line = ['server', 'evacuate', '--host', target, id] as const;
  await expect(shells.openstack('admin', ...line)).rejects.toThrow(/400.*still in use/);
  await expect(shells.openstack('tenant-a', ...line)).rejects.toThrow(/403/);
  expect(await where(id)).toEqual(['ACTIVE', host]);
});

test('at 2.1, where no target can be named, the request works', async () => {
  const host = await newHost(cloud.admin);
  const id = await newInstance(cloud.admin, { project_id: cloud.a.projectId, host });
  const line = [...asked('2.1'), 'server', 'evacuate'];
  for (const more of [['--shared-storage', id], ['--password', 'secret', id], [id]]) {
    await expect(shells.openstack('admin', ...line, ...more)).rejects.toThrow(/still in use/);
  }
});

test('openstack server migration list shows it, and so does nova', async () => {
  const { host, ids } = await failed(1);
  const [id = ''] = ids;
  await shells.openstack('admin', 'server', 'evacuate', '--host', target, id);
  const list = ['server', 'migration', 'list'];
  const row = {
    'Source Compute': host,
    'Dest Compute': target,
    Status: 'done',
    Type: 'evacuation',
  };
  expect(await shells.shown('admin', ...list, '--server', id)).toMatchObject([row]);
  expect(await shells.shown('admin', ...list, '--host', host, '--status', 'done')).toMatchObject([
    row,
  ]);
  for (const version of ['2.1', '2.59', '2.94']) {
    const printed = await shells.nova('admin', ...asked(version), 'migration-list', '--host', host);
    expect(rowsOf(printed), version).toMatchObject([
      { 'Source Compute': host, 'Dest Compute': target, Status: 'done', 'Instance UUID': id },
    ]);
  }
});

test.each([
  ['2.1', ['--on-shared-storage']],
  ['2.13', []],
  ['2.14', []],
  ['2.29', ['--force']],
  ['2.94', []],
])('nova evacuate moves a server at %s', async (version, options) => {
  const [id = ''] = (await failed(1)).ids;
  const printed = await shells.nova('admin', ...asked(version), 'evacuate', ...options, id, target);
  expect(printed.includes('adminPass') || printed.includes('Admin Pass')).toBe(
    ['2.1', '2.13'].includes(version),
  );
  expect(await where(id)).toEqual(there());
});

test.each(['2.1', '2.52', '2.94'])(
  'nova host-evacuate moves all servers of a host at %s',
  async (version) => {
    const { host, ids } = await failed(3);
    const line = ['host-evacuate', '--target_host', target, host];
    const rows = rowsOf(await shells.nova('admin', ...asked(version), ...line));
    expect(rows.map((row) => [row['Server UUID'], row['Evacuate Accepted']]).sort()).toEqual(
      ids.map((id) => [id, 'True']).sort(),
    );
    for (const id of ids) expect(await where(id)).toEqual(there());
  },
);

test('openstacksdk evacuates, and lists the migrations of a server', async () => {
  const [id = ''] = (await failed(1)).ids;
  const answer = await shells.sdk(
    'admin',
    `conn.compute.evacuate_server('${id}', host='${target}')`,
    `found = conn.compute.migrations(server_id='${id}')`,
    'print(json.dumps([[each.status, each.dest_compute] for each in found]))',
  );
  expect(answer).toEqual([['done', target]]);
  expect(await where(id)).toEqual(there());
});

/** gophercloud requests no microversion, and always sends `onSharedStorage`. */
test('what gophercloud sends evacuates below 2.14, and is a 400 from there on', async () => {
  const [id = ''] = (await failed(1)).ids;
  const path = `/compute/v2.1/servers/${id}/action`;
  const body = { evacuate: { host: target, onSharedStorage: false } };
  expectStatus(await cloud.admin.call('POST', path, { body, headers: at('2.14') }), 400);
  const answer = await cloud.admin.call('POST', path, { body });
  expectStatus(answer, 200);
  expect(answer.body).toEqual({ adminPass: expect.any(String) });
  expect(await where(id)).toEqual(there());
});

test('nova host-evacuate of an unknown host says so', async () => {
  const { status, stderr } = await shells.run('nova', envOf('admin'), ['host-evacuate', 'unknown']);
  expect([status, stderr]).toEqual([1, expect.stringMatching(/404/)]);
});
