import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import type { Client } from '../stack/stack.ts';
import {
  type Cloud,
  expectStatus,
  forceDown,
  logins,
  newHost,
  newInstance,
  newName,
  serviceOf,
} from './cloud.ts';
import { refusals } from './dialects.ts';

let cloud: Cloud;
let host: string;
let ofA: string[];
let ofB: string;
let fault_id: string;
let reportedAt: string;

const Listed = z.object({
  faults: z.array(z.looseObject({ fault_id: z.uuid(), instances_affected: z.int() })),
  next: z.string().optional(),
});

const faultsOf = async (client: Client, query = '') =>
  Listed.parse((await client.expect('GET', `/doctor/v1/faults${query}`)).body);

/** The stream records what a fault changed, a moment after the report. */
async function untilNoted(client: Client, query: string, count: number) {
  for (let tries = 0; tries < 100; tries++) {
    const { faults } = await faultsOf(client, query);
    if (faults[0]?.instances_affected === count) return faults;
    await sleep(100);
  }
  throw new Error(`${count} instances were not noted`);
}

beforeAll(async () => {
  cloud = await logins();
  const { admin, a, b } = cloud;
  host = await newHost(admin);
  const server = (client: Client, vm_state = 'active') =>
    newInstance(admin, { project_id: client.projectId, host, vm_state });
  ofA = [await server(a), await server(a)];
  ofB = await server(b);
  await server(b, 'shelved');
  reportedAt = new Date().toISOString();
  expectStatus(await forceDown(admin, host), 200);
  const [fault] = await untilNoted(admin, `?host=${host}`, 3);
  fault_id = fault?.fault_id ?? '';
});

test('an administrator sees the reporter of the fault, and every instance that it changed', async () => {
  const { admin, a, b } = cloud;
  const { body } = await admin.expect('GET', `/doctor/v1/faults/${fault_id}`);
  expect(body).toMatchObject({
    fault: {
      ...{ fault_id, host, status: 'open', cleared_at: null, instances_affected: 3 },
      reported_by: { user_name: 'admin', project_id: admin.projectId },
    },
  });
  const { fault } = z
    .object({ fault: z.object({ raised_at: z.string(), instances: z.array(z.unknown()) }) })
    .parse(body);
  expect(fault.raised_at >= reportedAt).toBe(true);
  expect(fault.instances).toHaveLength(3);
  expect(fault.instances).toEqual(
    expect.arrayContaining([
      ...ofA.map((id) => ({ id, project_id: a.projectId })),
      { id: ofB, project_id: b.projectId },
    ]),
  );
});

test('a tenant sees its own instances, and nothing of the host or the reporter', async () => {
  const { admin, b } = cloud;
  const query = `?since=${encodeURIComponent(reportedAt)}`;
  const { faults } = await faultsOf(b, query);
  const fault = faults.find((each) => each.fault_id === fault_id);
  expect(Object.keys(fault ?? {}).sort()).toEqual([
    ...[
      'cleared_at',
      'fault_id',
      'instances',
      'instances_affected',
      'kind',
      'ports_affected',
      'raised_at',
      'status',
    ],
  ]);
  expect(fault).toMatchObject({ instances_affected: 1, instances: [{ id: ofB }] });
  const text = JSON.stringify([
    faults,
    (await b.expect('GET', `/doctor/v1/faults/${fault_id}`)).body,
  ]);
  const service = await serviceOf(admin, host);
  for (const secret of [host, service.id, admin.projectId, ...ofA]) {
    expect(text).not.toContain(secret);
  }
});

test('an instance that is registered on the host later is recorded too', async () => {
  const { admin, a } = cloud;
  const late = await newInstance(admin, { project_id: a.projectId, host });
  await untilNoted(admin, `?host=${host}`, 4);
  const { body } = await a.expect('GET', `/doctor/v1/faults/${fault_id}`);
  expect(JSON.stringify(body)).toContain(late);
});

test('tenants do not see a fault that changed none of their instances', async () => {
  const { admin, a, b } = cloud;
  const quiet = await newHost(admin);
  const own = await newInstance(admin, { project_id: b.projectId, host: quiet });
  expectStatus(await forceDown(admin, quiet), 200);
  const [fault] = await untilNoted(admin, `?host=${quiet}`, 1);
  const path = `/doctor/v1/faults/${fault?.fault_id}`;
  const hidden = await a.call('GET', path);
  expect(hidden.body).toEqual(refusals.doctor(404, 'Fault'));
  const { body } = await b.expect('GET', path);
  expect(body).toMatchObject({ fault: { instances: [{ id: own }] } });
  const foreign = await a.call('GET', `/doctor/v1/faults?host=${host}`);
  expect(foreign.body).toEqual(refusals.doctor(403));
});

test('links lead through all faults, also those of the same time, each once', async () => {
  const { admin, a } = cloud;
  const hosts = await Promise.all(
    [newName('p'), newName('p'), newName('p')].map((name) => newHost(admin, name)),
  );
  const since = encodeURIComponent(new Date().toISOString());
  for (const each of hosts) await newInstance(admin, { project_id: a.projectId, host: each });
  await Promise.all(hosts.map((each) => forceDown(admin, each)));
  for (const each of hosts) await untilNoted(admin, `?host=${each}`, 1);
  for (const client of [admin, a]) {
    const seen: string[] = [];
    let query = `?since=${since}&limit=1`;
    for (let page = 0; page < 50; page++) {
      const { faults, next } = await faultsOf(client, query);
      seen.push(...faults.map((fault) => fault.fault_id));
      if (next === undefined) break;
      query = new URL(next).search;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(3);
  }
});

test('a host that is up again has cleared its fault, and a second report raises another', async () => {
  const { admin } = cloud;
  expectStatus(await forceDown(admin, host, false), 200);
  expect((await faultsOf(admin, `?host=${host}`)).faults).toEqual([]);
  const [cleared] = (await faultsOf(admin, `?host=${host}&status=all`)).faults;
  expect(cleared).toMatchObject({ fault_id, status: 'cleared', cleared_at: expect.any(String) });
  const shown = await cloud.a.expect('GET', '/doctor/v1/faults?status=all&limit=100');
  expect(JSON.stringify(shown.body)).toContain(fault_id);
  expectStatus(await forceDown(admin, host), 200);
  const { faults } = await faultsOf(admin, `?host=${host}&status=all`);
  expect(faults.map(({ status }) => status)).toEqual(['open', 'cleared']);
});
