/** The rows of docs/wire/compute.md#services-and-hosts, at several microversions. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type Cloud, logins, newHost, newInstance, serviceOf, statesOf } from '../e2e/cloud.ts';
import { openShells, type Shells } from './shells.ts';

let cloud: Cloud;
let host: string;
let server: string;
let shells: Shells;

beforeAll(async () => {
  shells = openShells();
  cloud = await logins();
  host = await newHost(cloud.admin);
  server = await newInstance(cloud.admin, { project_id: cloud.a.projectId, host });
});
afterAll(() => shells?.close());

/** Undefined: the client's default, which is the newest microversion that it knows. */
const asked = (version: string | undefined) =>
  version === undefined ? [] : ['--os-compute-api-version', version];
const versions = (...given: (string | undefined)[]) =>
  given.map((version) => ({ version, at: version ?? 'the client’s own version' }));

const Service = z.looseObject({ ID: z.union([z.string(), z.int()]), Host: z.string() });
const listed = async (version?: string, of = host) => {
  const list = ['compute', 'service', 'list', '--host', of, '--service', 'nova-compute', '--long'];
  const rows = await shells.shown('admin', ...asked(version), ...list);
  return z.array(Service).parse(rows)[0];
};
const set = (version: string | undefined, ...args: readonly string[]) =>
  shells.openstack(
    ...(['admin', ...asked(version), 'compute', 'service', 'set', ...args] as const),
    ...[host, 'nova-compute'],
  );

test.each(versions(undefined, '2.1', '2.10', '2.11', '2.52', '2.53'))(
  'compute service list --long shows the service as it is at $at',
  async ({ version }) => {
    const service = await listed(version);
    expect(service).toMatchObject({
      ...{ Binary: 'nova-compute', Host: host, Zone: 'nova' },
      ...{ Status: 'enabled', State: 'up', 'Disabled Reason': null },
    });
    const minor = Number((version ?? '2.94').slice(2));
    expect(typeof service?.ID).toBe(minor < 53 ? 'number' : 'string');
    expect(service?.['Forced Down']).toBe(minor < 11 ? undefined : false);
  },
);

const now = () => serviceOf(cloud.admin, host);

test.each(versions(undefined, '2.11', '2.52', '2.53'))(
  'compute service set --down and --up force it down and up at $at',
  async ({ version }) => {
    await set(version, '--down');
    expect(await now()).toMatchObject({ state: 'down', forced_down: true, status: 'enabled' });
    expect(await statesOf(cloud.a, server)).toEqual(['stopped', 4, null, 'SHUTOFF']);
    await set(version, '--up');
    expect(await now()).toMatchObject({ state: 'up', forced_down: false });
  },
);

test('compute service set --down is refused by the client itself at 2.1', async () => {
  await expect(set('2.1', '--down')).rejects.toThrow(/2\.11 or later is required/);
  expect(await now()).toMatchObject({ state: 'up' });
});

test.each(versions(undefined, '2.1', '2.52', '2.53'))(
  'compute service set --disable gives the reason, and --enable takes it back, at $at',
  async ({ version }) => {
    await set(version, '--disable', '--disable-reason', 'memory errors');
    const off = { status: 'disabled', state: 'up', disabled_reason: 'memory errors' };
    expect(await now()).toMatchObject(off);
    await set(version, '--enable');
    expect(await now()).toMatchObject({ status: 'enabled', disabled_reason: null });
  },
);

test.each(versions(undefined, '2.11'))(
  'compute service set --disable --down does both at $at',
  async ({ version }) => {
    await set(version, '--disable', '--down');
    const off = { status: 'disabled', state: 'down', disabled_reason: null };
    expect(await now()).toMatchObject(off);
    await set(version, '--enable', '--up');
    expect(await now()).toMatchObject({ status: 'enabled', state: 'up' });
  },
);

test.each(versions(undefined, '2.52'))(
  'compute service delete takes the service away at $at, and not while servers are on it',
  async ({ version }) => {
    const remove = (id: unknown) =>
      shells.openstack('admin', ...asked(version), 'compute', 'service', 'delete', `${id}`);
    await expect(remove((await listed(version))?.ID)).rejects.toThrow(/has instances/);
    const other = await newHost(cloud.admin);
    await remove((await listed(version, other))?.ID);
    await expect(serviceOf(cloud.admin, other)).rejects.toThrow(/no service/);
  },
);
