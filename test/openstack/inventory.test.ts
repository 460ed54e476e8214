/**
 * Doctor registers the hosts, servers and ports of a real cloud, and deletes those that no longer
 * exist there.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type Client, login } from '../stack/stack.ts';
import { admin, doctor, openstack, register } from './cloud.ts';
import { type CloudView, cloudAsAdmin } from './nova.ts';

const name = `doctor-test-${randomUUID()}`;
const made: { server?: string; port?: string } = {};
let cloud: CloudView;
let client: Client;

beforeAll(async () => {
  await register();
  [cloud, client] = [await cloudAsAdmin(), await login('admin')];
});
afterAll(async () => {
  if (made.server) await openstack(admin(), 'server', 'delete', made.server);
  if (made.port) await openstack(admin(), 'port', 'delete', made.port);
});

/** Runs `doctor cloud …` with the openrc of the cloud's administrator. @throws unless it succeeds. */
async function run(...args: string[]) {
  const { status, out, err } = await doctor(admin(), 'cloud', ...args, '-f', 'json');
  expect(status, err).toBe(0);
  return z.unknown().parse(JSON.parse(out));
}
const Differences = z.array(z.looseObject({ resource: z.string(), id: z.string() }));
const sync = async (...args: string[]) => Differences.parse(await run('sync', ...args));

/** A column of a list of the cloud, the first row. */
const firstOf = async (...args: string[]): Promise<string> => {
  const [first = ''] = (await openstack(admin(), ...args, 'list', '-f', 'value', '-c', 'ID')).split(
    '\n',
  );
  return first;
};

const Server = z.object({
  server: z.looseObject({
    ...{ name: z.string(), status: z.string(), tenant_id: z.string() },
    'OS-EXT-SRV-ATTR:host': z.string().nullable(),
  }),
});
const Port = z.object({
  port: z.looseObject({
    ...{ device_id: z.string(), mac_address: z.string(), project_id: z.string() },
    'binding:host_id': z.string(),
  }),
});
const statusOf = async (path: string) => (await client.call('GET', path)).status;

test('after a walk every host, server and port is as Nova and Neutron show it', async () => {
  await sync();
  for (const { host } of await cloud.services()) {
    expect(await statusOf(`/doctor/v1/hosts/${host}`)).toBe(200);
  }
  for (const { id, name, status, tenant_id, host } of await cloud.servers()) {
    const { body } = await client.expect('GET', `/compute/v2.1/servers/${id}`);
    const shown = { name, status, tenant_id, 'OS-EXT-SRV-ATTR:host': host };
    expect(Server.parse(body).server).toMatchObject(shown);
  }
  for (const port of await cloud.ports()) {
    const { body } = await client.expect('GET', `/network/v2.0/ports/${port.id}`);
    const { device_id, mac_address, project_id, 'binding:host_id': host } = port;
    const shown = { device_id, mac_address, project_id, 'binding:host_id': host };
    expect(Port.parse(body).port).toMatchObject(shown);
  }
});

test('a server and a port that are created in the cloud are created in Doctor, and are deleted there after their deletion in the cloud', async () => {
  const [flavor, image, network] = [
    await firstOf('flavor'),
    await firstOf('image'),
    await firstOf('network'),
  ];
  const id = ['-f', 'value', '-c', 'id'];
  made.port = await openstack(admin(), 'port', 'create', '--network', network, ...id, name);
  const boot = ['--flavor', flavor, '--image', image, '--nic', 'none', '--wait'];
  made.server = await openstack(admin(), 'server', 'create', ...boot, ...id, name);
  const paths = [`/compute/v2.1/servers/${made.server}`, `/network/v2.0/ports/${made.port}`];

  const found = (await sync('--dry-run')).map((each) => each.id);
  expect(found).toContain(made.port);
  expect(await statusOf(paths[1] ?? '')).toBe(404);
  await sync();
  for (const path of paths) expect(await statusOf(path)).toBe(200);

  await openstack(admin(), 'server', 'delete', '--wait', made.server);
  await openstack(admin(), 'port', 'delete', made.port);
  made.server = undefined;
  made.port = undefined;
  await sync();
  for (const path of paths) expect(await statusOf(path)).toBe(404);
});

test('the status shows a walk without an error', async () => {
  const servers = (await cloud.servers()).length;
  expect(await run('status')).toMatchObject({ walk_phase: 'done', servers, failed: 0, errors: '' });
});
