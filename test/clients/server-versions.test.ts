/** The rows of docs/wire/compute.md#servers-with-openstack, at several microversions. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cloud, logins, newHost, newInstance, newName } from '../e2e/cloud.ts';
import { openShells, type Shells } from './shells.ts';

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

/** At 2.47 the flavor is embedded, before it is a link; the client's own is in `servers.test.ts`. */
const versions = ['2.1', '2.46', '2.47'].map((version) => ({
  asked: ['--os-compute-api-version', version],
  at: version,
}));

test.each(versions)('server list finds them by project and by host at $at', async ({ asked }) => {
  const row = { ID: server, Name: name, Status: 'ACTIVE' };
  const all = ['server', 'list', '--all-projects', '--host', host] as const;
  expect(await shells.shown('admin', ...asked, ...all)).toMatchObject([row]);
  const mine = await shells.shown('tenant-a', ...asked, 'server', 'list', '--long', '-n');
  expect(mine).toContainEqual(expect.objectContaining({ ...row, 'Power State': 1 }));
});

test.each(versions)('server show finds one by id and by name at $at', async ({ asked }) => {
  const wanted = { id: server, name, status: 'ACTIVE', 'OS-EXT-STS:vm_state': 'active' };
  const show = (subject: string) => shells.shown('tenant-a', ...asked, 'server', 'show', subject);
  expect(await show(server)).toMatchObject(wanted);
  expect(await show(name)).toMatchObject(wanted);
});

test.each(versions.slice(0, 1))(
  'server set, stop and start do as they say at $at',
  async ({ asked }) => {
    const run = (who: 'admin' | 'tenant-a', ...args: readonly string[]) =>
      shells.openstack(who, ...asked, 'server', ...args);
    const show = () => shells.shown('tenant-a', ...asked, 'server', 'show', server);
    await run('admin', 'set', '--state', 'error', '--auto-approve', server);
    await run('tenant-a', 'stop', server);
    await run('tenant-a', 'set', '--property', 'a=b', server);
    expect(await show()).toMatchObject({ status: 'SHUTOFF', properties: { a: 'b' } });
    await run('tenant-a', 'start', name);
    expect(await show()).toMatchObject({ status: 'ACTIVE' });
  },
);
