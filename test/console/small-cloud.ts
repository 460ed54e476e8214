/**
 * A small cloud with a fault. Its names are always the same, because the documents contain pictures
 * of it.
 */
import * as z from 'zod';
import { eventAlarm, forceDown, newAlarm, newInstance, stopped } from '../e2e/cloud.ts';
import { newPort } from '../e2e/ports.ts';
import type { Client } from '../stack/stack.ts';

/** Ids that links of views need. */
export type SmallCloud = {
  readonly fault: string;
  readonly alarm: string;
};

const hosts = Array.from({ length: 24 }, (_, n) => `compute-${n + 1}`);
/** The host that fails. */
export const failing = 'compute-3';
const [maintained, reported] = ['compute-7', 'compute-15'];

/** A monitor's reports: one about a known host, and one about an unknown host. */
const reports = [reported, 'storage-2'].map((hostname, n) => ({
  time: `2026-11-27T02:00:0${n}.000000`,
  type: 'compute.host.down',
  details: { hostname, status: 'down', monitor: 'ipmi', monitor_event_id: `e-${n}` },
}));

const Faults = z.object({ faults: z.array(z.object({ fault_id: z.string() })) });

/** Creates the cloud. The host fails after the alarm was created. */
export async function makeSmallCloud(admin: Client, tenant: Client): Promise<SmallCloud> {
  for (const host of hosts) {
    const zone = hosts.indexOf(host) % 2 === 0 ? 'az-1' : 'az-2';
    await admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone } });
  }
  const project_id = tenant.projectId;
  const servers: string[] = [];
  for (const [n, host] of [failing, failing, failing, 'compute-1', maintained].entries()) {
    servers.push(await newInstance(admin, { name: `web-${n + 1}`, project_id, host }));
  }
  const [server = ''] = servers;
  await newPort(admin, {
    ...{ name: 'web-1-eth0', project_id, device_id: server, device_owner: 'compute:nova' },
    'binding:host_id': failing,
  });
  const alarm = await newAlarm(tenant, {
    ...eventAlarm(stopped(server)),
    name: 'web-1 is off',
  });
  await tenant.expect('POST', '/doctor/v1/subscriptions', {
    body: { protocol: 'https', endpoint: 'https://pager.example/doctor' },
  });
  await admin.expect('PUT', `/compute/v2.1/os-hosts/${maintained}`, {
    body: { maintenance_mode: 'enable' },
  });
  await admin.expect('PUT', '/doctor/v1/inspector/events?source=ipmi', { body: reports });
  await forceDown(admin, failing);
  const { body } = await admin.expect('GET', `/doctor/v1/faults?host=${failing}&limit=1`);
  return { alarm, fault: Faults.parse(body).faults[0]?.fault_id ?? '' };
}
