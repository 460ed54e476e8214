import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { hostReader } from '../../adapters/hosts/host-reader.ts';
import { instanceStore } from '../../adapters/servers/instances.ts';
import { evacuationWith } from '../domain/rows.ts';
import { type Client, dynamodb, output } from '../stack/stack.ts';
import {
  at,
  type Cloud,
  expectStatus,
  forceDown,
  logins,
  newHost,
  newInstance,
  serverOf,
  statesOf,
} from './cloud.ts';
import { refusals } from './dialects.ts';
import { newPort, portOf, reportHost } from './ports.ts';

/** The requests always name a target, so that hosts of other tests get no instances of these. */
let cloud: Cloud;
beforeAll(async () => {
  cloud = await logins();
});

const servers = '/compute/v2.1/servers';
const migrations = '/compute/v2.1/os-migrations';
const evacuate = (client: Client, id: string, body: unknown = {}, version = '2.94') =>
  client.call('POST', `${servers}/${id}/action`, {
    headers: at(version),
    body: { evacuate: body },
  });
const hostOf = async (id: string) => (await serverOf(cloud.admin, id))['OS-EXT-SRV-ATTR:host'];
const heartbeat = (host: string, body: object) =>
  cloud.admin.expect('POST', `/doctor/v1/hosts/${host}/heartbeat`, { body });

const Migrations = z.object({
  migrations: z.array(
    z.looseObject({ status: z.string(), instance_uuid: z.guid(), dest_compute: z.string() }),
  ),
});
async function recordsOf(query: string) {
  const { body } = await cloud.admin.expect('GET', `${migrations}?${query}`, {
    headers: at('2.94'),
  });
  return Migrations.parse(body).migrations;
}

test('an evacuated server takes its port along, out of a failed data plane', async () => {
  const { admin, a } = cloud;
  const [failed, target] = [await newHost(admin), await newHost(admin)];
  const project_id = a.projectId;
  const server = await newInstance(admin, { project_id, host: failed });
  const bound = { device_id: server, device_owner: 'compute:nova', 'binding:host_id': failed };
  const port = await newPort(admin, { ...bound, project_id });
  expectStatus(await reportHost(admin, failed, 'DOWN'), 200);
  expectStatus(await forceDown(admin, failed), 200);
  expectStatus(await evacuate(admin, server, { host: target }), 200);
  await expect
    .poll(() => portOf(admin, port), { timeout: 50_000, interval: 500 })
    .toMatchObject({ 'binding:host_id': target, data_plane_status: null, dp_down: false });
  expect(await portOf(a, port)).toMatchObject({ data_plane_status: null, revision_number: 3 });
});

test('a host is evacuated, restarted and up again, in that order', async () => {
  const { admin, a } = cloud;
  const [failed, target] = [await newHost(admin), await newHost(admin)];
  const facts = { project_id: a.projectId, host: failed };
  const [ran, was] = [
    await newInstance(admin, facts),
    await newInstance(admin, { ...facts, vm_state: 'stopped' }),
  ];
  expectStatus(await evacuate(admin, ran, { host: target }), 400);
  expectStatus(await forceDown(admin, failed), 200);
  expectStatus(await evacuate(a, ran, { host: target }), 403);

  const moved = await evacuate(admin, ran, { host: target });
  expect(moved).toMatchObject({ status: 200, body: undefined });
  expect(await statesOf(a, ran)).toEqual(['active', 1, null, 'ACTIVE']);
  const old = await evacuate(admin, was, { onSharedStorage: false, host: target }, '2.13');
  expect(old).toMatchObject({ status: 200, body: { adminPass: expect.any(String) } });
  expect(await statesOf(a, was)).toEqual(['stopped', 4, null, 'SHUTOFF']);
  expect([await hostOf(ran), await hostOf(was)]).toEqual([target, target]);
  expectStatus(await evacuate(admin, ran), 400);

  const records = await recordsOf(`host=${failed}`);
  expect(records).toMatchObject([
    { instance_uuid: was, status: 'done', dest_compute: target, migration_type: 'evacuation' },
    { instance_uuid: ran, status: 'done', dest_compute: target, source_compute: failed },
  ]);
  expect(await recordsOf(`host=${target}&status=done`)).toEqual(records);
  expect(await recordsOf(`instance_uuid=${ran}`)).toEqual([records[1]]);
  const [paged] = await recordsOf(`source_compute=${failed}&limit=1&marker=${records[0]?.uuid}`);
  expect(paged).toEqual(records[1]);

  const up = await forceDown(admin, failed, false);
  expectStatus(up, 400);
  expect(up.body).toEqual(refusals.compute(400, 'evacuations'));
  await heartbeat(failed, {});
  expectStatus(await forceDown(admin, failed, false), 400);
  await heartbeat(failed, { restarted: true });
  expect(await recordsOf(`host=${failed}&status=completed`)).toHaveLength(2);
  expectStatus(await forceDown(admin, failed, false), 200);
  expect(await hostOf(ran)).toBe(target);
});

test('without a target that may take the server, the answer is 200 and the server in error', async () => {
  const { admin, a } = cloud;
  const [failed, target] = [await newHost(admin), await newHost(admin)];
  const id = await newInstance(admin, { project_id: a.projectId, host: failed });
  expectStatus(await forceDown(admin, failed), 200);
  expectStatus(await forceDown(admin, target), 200);
  expectStatus(await evacuate(admin, id, { host: 'unknown' }), 404);
  expectStatus(await evacuate(admin, id, { host: failed }), 400);
  expect(await statesOf(a, id)).toEqual(['stopped', 4, null, 'SHUTOFF']);
  expectStatus(await evacuate(admin, id, { host: target }), 200);
  const shown = await serverOf(a, id);
  expect(shown).toMatchObject({ status: 'ERROR', fault: { code: 500 } });
  expect(JSON.stringify(shown)).not.toContain(target);
  expect(await recordsOf(`instance_uuid=${id}`)).toMatchObject([{ status: 'error' }]);

  const other = await newHost(admin);
  expectStatus(await evacuate(admin, id, { host: other }), 200);
  expect(await statesOf(a, id)).toEqual(['active', 1, null, 'ACTIVE']);
  const report = { body: { status: 'done' } };
  const path = `/doctor/v1/servers/${id}/evacuation`;
  const answer = await admin.expect('POST', path, report);
  expect(answer.body).toMatchObject({ evacuation: { status: 'done', dest: other } });
  expectStatus(await admin.call('POST', path, { body: { status: 'failed' } }), 409);
  expectStatus(await a.call('POST', path, report), 403);
  for (const [client, status] of [
    [admin, 200],
    [a, 403],
  ] as const) {
    expectStatus(await client.call('GET', migrations), status);
  }
});

/** Writes rows with the emulator's root account: states that only another setting makes. */
const store = () =>
  instanceStore(dynamodb(), {
    hosts: output('HostsTable'),
    instances: output('InstancesTable'),
    migrations: output('MigrationsTable'),
  });

/** Makes a server's evacuation accepted and not yet done, as with an executor. */
async function onItsWay(id: string, target: string): Promise<void> {
  const { saveInstance, instance } = store();
  const [from, dest] = [
    await instance(id),
    await hostReader(dynamodb(), output('HostsTable')).host(target),
  ];
  if (!from || !dest) throw new Error(`no ${id} or no ${target}`);
  const evacuation = evacuationWith({
    ...{ uuid: randomUUID(), source: from.host ?? '', dest: target },
    ...{ dest_incarnation: dest.incarnation, created_at: from.updated_at },
  });
  const to = { ...from, task_state: 'rebuilding', evacuation, revision: from.revision + 1 };
  expect(await saveInstance(from, to)).toBe(true);
}

test('an executor reports the end of moves; the fault of a target ends the moves to it', async () => {
  const { admin, a } = cloud;
  const [failed, target] = [await newHost(admin), await newHost(admin)];
  const facts = { project_id: a.projectId, host: failed };
  const ids = await Promise.all([1, 2, 3].map(() => newInstance(admin, facts)));
  const [arrives = '', lost = '', unseen = ''] = ids;
  expectStatus(await forceDown(admin, failed), 200);
  await onItsWay(arrives, target);
  await onItsWay(lost, target);
  expect(await statesOf(a, lost)).toEqual(['stopped', 4, 'rebuilding', 'REBUILD']);
  expectStatus(await evacuate(admin, lost, { host: target }), 409);
  const done = { body: { status: 'done' } };
  await admin.expect('POST', `/doctor/v1/servers/${arrives}/evacuation`, done);
  expect(await statesOf(a, arrives)).toEqual(['active', 1, null, 'ACTIVE']);
  expect(await hostOf(arrives)).toBe(target);

  const report = await forceDown(admin, target);
  expect(report.headers.get('x-doctor-instances-affected')).toBe('2');
  expect(await statesOf(a, arrives)).toEqual(['stopped', 4, null, 'SHUTOFF']);
  expect(await statesOf(a, lost)).toEqual(['error', 4, null, 'ERROR']);
  expectStatus(await admin.call('POST', `/doctor/v1/servers/${lost}/evacuation`, done), 409);
  expect(await recordsOf(`instance_uuid=${lost}`)).toMatchObject([{ status: 'failed' }]);

  // The report did not reach this instance. Readers see the fault, and the fault-finisher writes
  // it.
  await onItsWay(unseen, target);
  expect(await statesOf(a, unseen)).toEqual(['error', 4, null, 'ERROR']);
  const status = async () => (await store().instance(unseen))?.evacuation?.status;
  await expect.poll(status, { timeout: 25_000, interval: 500 }).toBe('failed');
});
