/** The rows of docs/wire/network.md#recorded-requests: `openstack` and openstacksdk. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Cloud, logins, newHost, newInstance, newName } from '../e2e/cloud.ts';
import { inboxOf } from '../e2e/inbox.ts';
import { newPort, portOf, putPort, toggleAlarm } from '../e2e/ports.ts';
import { subscribe } from '../stack/stack.ts';
import { openShells, type Shells } from './shells.ts';

let cloud: Cloud;
let shells: Shells;
let host: string;
let server: string;
let port: string;
const name = newName('port');

beforeAll(async () => {
  shells = openShells();
  cloud = await logins();
  const { admin, a } = cloud;
  host = await newHost(admin);
  server = await newInstance(admin, { project_id: a.projectId, host });
  port = await newPort(admin, { name, project_id: a.projectId, 'binding:host_id': host });
});
afterAll(() => shells?.close());

const openstack = (...args: readonly string[]) => shells.openstack('admin', ...args);
const shown = (...args: readonly string[]) => shells.shown('admin', ...args);

describe('openstack port set', () => {
  test('reports the data plane by the port’s name, and unset takes the report back', async () => {
    await openstack('port', 'set', '--data-plane-status', 'DOWN', name);
    expect(await shown('port', 'show', name)).toMatchObject({
      ...{ id: port, data_plane_status: 'DOWN', status: 'DOWN', revision_number: 2 },
      binding_host_id: host,
    });
    // The SDK reads first, and sends no request if nothing would change.
    await openstack('port', 'set', '--data-plane-status', 'DOWN', name);
    expect(await portOf(cloud.admin, port)).toMatchObject({ revision_number: 2 });
    await openstack('port', 'unset', '--data-plane-status', port);
    expect(await shells.shown('tenant-a', 'port', 'show', name)).toMatchObject({
      ...{ data_plane_status: null, binding_host_id: null },
    });
  });

  test('sends OPNFV Doctor’s dp_down and the port’s status as properties', async () => {
    const property = (type: string, key: string, value: string) =>
      openstack('port', 'set', '--extra-property', `type=${type},name=${key},value=${value}`, port);
    await property('bool', 'dp_down', 'true');
    await property('str', 'status', 'ERROR');
    expect(await portOf(cloud.admin, port)).toMatchObject({
      ...{ dp_down: true, data_plane_status: 'DOWN', status: 'ERROR' },
    });
    await property('bool', 'dp_down', 'false');
    expect(await portOf(cloud.admin, port)).toMatchObject({ dp_down: false });
  });

  test('binds a port and tags it', async () => {
    await openstack('port', 'set', '--host', host, '--device', server, '--tag', 'red', port);
    expect(await portOf(cloud.admin, port)).toMatchObject({ device_id: server, tags: ['red'] });
    expect(await shown('port', 'list', '--tags', 'red', '--host', host)).toMatchObject([
      { ID: port, Name: name },
    ]);
  });

  test('is refused to the port’s owner, and the port is not there for others', async () => {
    const set = ['port', 'set', '--data-plane-status', 'DOWN', port] as const;
    await expect(shells.openstack('tenant-a', ...set)).rejects.toThrow(/403|policy/);
    await expect(shells.openstack('tenant-b', ...set)).rejects.toThrow(/No Port found/i);
  });
});

test('fifty toggles of the command line in a row: each arrives, and is notified once', async () => {
  const { admin, a } = cloud;
  const id = await newPort(admin, { project_id: a.projectId });
  const inbox = inboxOf(await subscribe({ resource_id: [id] }));
  try {
    const alarm = await toggleAlarm(a, { resource_id: id });
    const statuses = await shells.sdk(
      'admin',
      'from openstackclient.shell import OpenStackShell',
      'ends = []',
      'for n in range(50):',
      "    status = ['DOWN', 'ACTIVE'][n % 2]",
      `    line = ['port', 'set', '--data-plane-status', status, '${id}']`,
      '    ends.append(OpenStackShell().run(line))',
      'print(json.dumps(ends))',
    );
    expect(statuses).toEqual(Array.from({ length: 50 }, () => 0));
    expect(await portOf(admin, id)).toMatchObject({
      ...{ data_plane_status: 'ACTIVE', revision_number: 51 },
    });
    expect(await inbox.until(alarm, 50)).toHaveLength(50);
  } finally {
    await inbox.close();
  }
});

test('openstack port create, list and delete, on a network by its name', async () => {
  const [network, created] = [newName('net'), newName('made')];
  const { body } = await cloud.a.expect('POST', '/network/v2.0/networks', {
    body: { network: { name: network } },
  });
  const { id } = z.object({ network: z.object({ id: z.string() }) }).parse(body).network;
  const mine = (...args: readonly string[]) => shells.shown('tenant-a', ...args);
  const made = await mine('port', 'create', '--network', network, '--tag', 'a', created);
  expect(made).toMatchObject({ name: created, network_id: id, status: 'DOWN', tags: ['a'] });
  for (let n = 0; n < 4; n++) await newPort(cloud.a, { network_id: id, name: created });
  const paged = await mine('port', 'list', '--network', network, '--limit', '2');
  expect(paged).toHaveLength(5);
  const some = await mine('port', 'list', '--network', network, '--limit', '2', '--max-items', '3');
  expect(some).toHaveLength(3);
  const own = z.object({ id: z.string() }).parse(made).id;
  await shells.openstack('tenant-a', 'port', 'delete', own);
  await expect(mine('port', 'show', own)).rejects.toThrow(/No Port found/i);
  expect(await shown('extension', 'show', 'data-plane-status')).toMatchObject({
    alias: 'data-plane-status',
  });
});

test('openstack network create, set, list and delete, with description and tags', async () => {
  const name = newName('net');
  const mine = (...args: readonly string[]) => shells.shown('tenant-a', ...args);
  const run = (...args: readonly string[]) => shells.openstack('tenant-a', ...args);
  const made = await mine('network', 'create', '--description', 'first', '--tag', 'a', name);
  expect(made).toMatchObject({ name, description: 'first', tags: ['a'] });
  expect(made).toMatchObject({ created_at: expect.stringMatching(/Z$/), status: 'ACTIVE' });
  await run('network', 'set', '--description', 'second', '--disable', '--tag', 'b', name);
  expect(await mine('network', 'show', name)).toMatchObject({
    ...{ description: 'second', tags: ['a', 'b'], admin_state_up: false },
  });
  await run('network', 'unset', '--tag', 'a', name);
  const other = newName('net');
  await run('network', 'create', other);
  expect(await mine('network', 'list', '--name', name, '--tags', 'b')).toMatchObject([
    { Name: name, Subnets: [] },
  ]);
  expect(await mine('network', 'list', '--disable', '--name', name)).toHaveLength(1);
  await run('network', 'delete', name, other);
  await expect(mine('network', 'show', name)).rejects.toThrow(/No Network found/i);
  // The SDK's paging ends, although the last page is as long as the limit.
  const id = await shells.sdk(
    'tenant-a',
    `made = [conn.network.create_network(name='${name}', description='d') for _ in range(4)]`,
    `found = list(conn.network.networks(name='${name}', limit=2))`,
    'for network in made: conn.network.delete_network(network)',
    'print(json.dumps([len(found), sorted(n.id for n in found) == sorted(n.id for n in made)]))',
  );
  expect(id).toEqual([4, true]);
});

test('openstacksdk changes, constrains, lists and deletes ports', async () => {
  const id = await newPort(cloud.admin, { 'binding:host_id': newName('sdk') });
  const lines = [
    `port = conn.network.update_port('${id}', status='ERROR', dp_down=True)`,
    'seen = [port.status, port.data_plane_status, port.revision_number]',
    'from openstack import exceptions',
    'try:',
    `    conn.network.update_port('${id}', if_revision=1, name='x')`,
    'except exceptions.HttpException as error:',
    '    seen.append(error.status_code)',
    `down = [p.id for p in conn.network.ports(data_plane_status='DOWN') if p.id == '${id}']`,
    'host = conn.network.get_port(port).binding_host_id',
    "on = [p.id for p in conn.network.ports(**{'binding:host_id': host})]",
    'conn.network.delete_port(port)',
    'conn.network.delete_port(port)',
    'seen.append(conn.network.find_port(port.id))',
    'print(json.dumps([seen, down, on]))',
  ];
  expect(await shells.sdk('admin', ...lines)).toEqual([
    ['ERROR', 'DOWN', 2, 412, null],
    [id],
    [id],
  ]);
});

test('a tenant finds its own port down, and an administrator all ports of a host', async () => {
  expect((await putPort(cloud.admin, port, { dp_down: true })).status).toBe(200);
  const mine = await shells.shown('tenant-a', 'port', 'list', '--device-id', server);
  expect(mine).toMatchObject([{ ID: port }]);
  expect(await shown('port', 'list', '--host', host)).toMatchObject([{ ID: port }]);
  expect(await shells.shown('tenant-a', 'port', 'list', '--host', host)).toEqual([]);
});
