import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { type Cloud, logins, newHost, newInstance, statesOf } from '../e2e/cloud.ts';
import { doctor, doctorJson as json } from './doctor.ts';

let cloud: Cloud;
let host: string;
let server: string;

beforeAll(async () => {
  cloud = await logins();
  host = await newHost(cloud.admin);
  server = await newInstance(cloud.admin, { project_id: cloud.a.projectId, host });
});

test('an operator reports a fault, and finds host, server and fault', async () => {
  expect(await json('admin', 'host-update', '--report-host-down', host)).toEqual({
    ...{ host, status: 'enabled', maintenance_mode: 'disabled', host_down_reported: 'true' },
  });
  expect(await statesOf(cloud.a, server)).toEqual(['stopped', 4, null, 'SHUTOFF']);
  expect(await doctor('admin', 'host', 'list')).toMatch(
    new RegExp(`^${host} +nova +enabled +down`, 'm'),
  );
  expect(await json('admin', 'host', 'show', host)).toMatchObject({ host, forced_down: true });
  expect(await doctor('admin', 'server', 'list', '--all-projects', '--host', host)).toContain(
    'SHUTOFF',
  );
  const [fault] = z
    .array(z.looseObject({ fault_id: z.uuid() }))
    .parse(await json('admin', 'fault', 'list', '--host', host));
  const shown = await json('admin', 'fault', 'show', fault?.fault_id ?? '');
  expect(shown).toMatchObject({ host, status: 'open', reported_by: { user_name: 'admin' } });
});

test('host-update maintains, disables and enables', async () => {
  const off = await json(
    ...(['admin', 'host-update', '--status', 'disable', '--maintenance', 'enable', host] as const),
  );
  expect(off).toMatchObject({ status: 'disabled', maintenance_mode: 'enabled' });
  const on = await json('admin', 'host-update', '--status', 'enable', host);
  expect(on).toMatchObject({ status: 'enabled', host_down_reported: 'true' });
});

test('host-evacuate moves the servers of a host that is down, and shows its progress', async () => {
  const { admin, a } = cloud;
  const [failed, target] = [await newHost(admin), await newHost(admin)];
  const ids: string[] = [];
  for (let n = 0; n < 30; n++) {
    const states = n % 3 === 0 ? { vm_state: 'stopped' } : {};
    ids.push(await newInstance(admin, { project_id: a.projectId, host: failed, ...states }));
  }
  const line = ['host-evacuate', '--target', target, failed] as const;
  await expect(doctor('admin', ...line)).rejects.toMatchObject({
    ...{ code: 1, stderr: expect.stringMatching(/is up/) },
  });
  await json('admin', 'host-update', '--down', failed);
  const moved = z.array(z.looseObject({ id: z.string() })).parse(await json('admin', ...line));
  expect(moved.map(({ id }) => id).sort()).toEqual(ids.toSorted());
  expect(new Set(moved.map(({ status, host }) => `${status} ${host}`))).toEqual(
    new Set([`done ${target}`]),
  );
  expect(await statesOf(a, ids[0] ?? '')).toEqual(['stopped', 4, null, 'SHUTOFF']);
  expect(await statesOf(a, ids[1] ?? '')).toEqual(['active', 1, null, 'ACTIVE']);
  expect(await json('admin', ...line)).toEqual([]);
});

test('server evacuate moves one server', async () => {
  const target = await newHost(cloud.admin);
  const one = await json('admin', 'server', 'evacuate', '--target', target, server);
  expect(one).toMatchObject({ id: server, status: 'done', host: target });
  expect(await statesOf(cloud.a, server)).toEqual(['active', 1, null, 'ACTIVE']);
});

test('a tenant sees its server, and is refused operators’ commands with exit status 1', async () => {
  const shown = await json('tenant-a', 'server', 'show', server);
  expect(shown).toMatchObject({ id: server, status: 'ACTIVE' });
  expect(await doctor('tenant-b', 'fault', 'list', '--all')).not.toContain(host);
  const refused = doctor('tenant-a', 'host-update', '--down', host);
  await expect(refused).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/403/) });
  await expect(doctor('tenant-a', 'reboot')).rejects.toMatchObject({ code: 2 });
});
