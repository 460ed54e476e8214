/** A fault of a real host: reported by Alertmanager, seen in Nova, evacuated by Nova, and over. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { startService, stopService } from '../../scripts/openstack/box.ts';
import { keystoneLogin } from '../../scripts/openstack/keystone.ts';
import { request } from '../../scripts/stack/api.ts';
import { type Inbox, inboxOf } from '../e2e/inbox.ts';
import { apiUrl, type Client, login, subscribe } from '../stack/stack.ts';
import { admin, box, openstack } from './cloud.ts';
import { mirror } from './mirror.ts';
import { type CloudView, cloudAsAdmin, userOf } from './nova.ts';
import { command, outcomeOf, patience, seenInDoctor } from './own-doctor.ts';

let cloud: CloudView;
let doctor: Client;
let inbox: Inbox;
let alarm: string;
const source = 'alertmanager/openstack-test';
/** The host that dies: the one with the most servers. */
let host: string;
/** Another host with servers of the tenant. */
let other: string;

/** Servers of the tenant on two hosts: an earlier run may have moved all others to one. */
const made: string[] = [];
const inRed = () => ({ ...admin(), auth: { ...admin().auth, project_name: 'red' } });
async function bootOn(name: string): Promise<void> {
  const boot = ['--flavor', 'tiny', '--image', 'blank', '--network', 'shared', '--wait'];
  const given = ['server', 'create', ...boot, '--host', name, '-f', 'value', '-c', 'id'];
  const version = ['--os-compute-api-version', '2.74'];
  made.push(await openstack(inRed(), ...version, ...given, `faults-${name}`));
}

beforeAll(async () => {
  cloud = await cloudAsAdmin();
  for (const name of ['compute-1', 'compute-2']) await bootOn(name);
  doctor = await login('admin');
  await mirror(cloud, doctor);
  const body = { clear: 'auto', fenced: true };
  await doctor.expect('PUT', `/doctor/v1/sources/${source}`, { body });
  const alice = await keystoneLogin(userOf('alice'));
  const servers = await cloud.servers();
  const byHost = [...Map.groupBy(servers, (each) => each.host ?? '')]
    .filter(([, group]) => group.some(({ tenant_id }) => tenant_id === alice.projectId))
    .sort(([, a], [, b]) => b.length - a.length);
  [host = '', other = ''] = byHost.map(([name]) => name);
  inbox = inboxOf(await subscribe({ project_id: [alice.projectId] }));
  // Only with a token of the cloud's own Keystone.
  const rule = { event_type: 'compute.instance.update', query: [] };
  const made = await request(`${apiUrl()}/alarming/v2/alarms`, 'POST', {
    headers: { 'x-auth-token': alice.token },
    body: { name: 'red', type: 'event', repeat_actions: true, event_rule: rule },
  });
  alarm = z.object({ alarm_id: z.string() }).parse(made.body).alarm_id;
});

afterAll(async () => {
  await inbox?.close();
  if (made.length > 0) await openstack(admin(), 'server', 'delete', ...made);
  await doctor?.call('DELETE', `/doctor/v1/sources/${source}`);
});

/** Alertmanager's webhook about the host, as it sends it. */
async function report(status: 'firing' | 'resolved', name: string) {
  const alert = {
    status,
    labels: { alertname: 'HostDown', instance: `${name}:9100`, severity: 'critical' },
    annotations: { summary: `${name} does not answer` },
    startsAt: '2026-11-20T08:15:30.123456789Z',
    endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-11-20T08:16:00Z',
    fingerprint: Buffer.from(name).toString('hex').padStart(16, '0').slice(-16),
  };
  const answer = await doctor.expect('POST', '/doctor/v1/alertmanager?source=openstack-test', {
    body: { version: '4', receiver: 'doctor', status, alerts: [alert], truncatedAlerts: 0 },
  });
  expect(answer.body).toMatchObject({
    items: [{ outcome: status === 'firing' ? 'raised' : 'cleared' }],
  });
}

/** Reports a host down. @returns how long the answer took, and the first notification after it. */
async function reportedDown(name: string) {
  const began = Date.now();
  await report('firing', name);
  const answered = Date.now() - began;
  const { sentAt } = await inbox.untilSome(
    (message) => message.body.alarm_id === alarm && message.sentAt >= began,
  );
  const text = `answered after ${answered} ms, tenant notified after ${sentAt - began} ms`;
  return { began, text };
}

const isDown = async (name: string) =>
  (await cloud.services()).find((each) => each.host === name)?.forced_down;

const becomesDown = (name: string, down: boolean) =>
  expect.poll(() => isDown(name), patience).toBe(down);
const outcome = (name: string) => outcomeOf(doctor, name);

const onHost = async (name: string) => (await cloud.servers()).filter((each) => each.host === name);

test('a host dies: the tenant is notified, and Nova shows it down', async () => {
  expect((await onHost(host)).length).toBeGreaterThan(0);
  await stopService(box(), host, 'KILL');
  const hops = await reportedDown(host);
  await becomesDown(host, true);
  console.log(`${hops.text}, in Nova after ${Date.now() - hops.began} ms at most`);
  await expect.poll(() => outcome(host), patience).toMatchObject({ change: 'down', state: 'done' });
});

test('its servers, evacuated by Doctor, are active elsewhere, in Nova and in Doctor', async () => {
  const servers = await onHost(host);
  const { status, out, err } = await command('host-evacuate', host);
  console.log(`${err}${out}`);
  expect(status).toBe(0);
  const uuids = new Set(servers.map(({ id }) => id));
  const moved = (await cloud.servers()).filter(({ id }) => uuids.has(id));
  for (const server of moved) {
    expect(server).toMatchObject({ status: 'ACTIVE' });
    expect(server.host).not.toBe(host);
    const seen = (await seenInDoctor(doctor)).find(({ id }) => id === server.id);
    expect(seen).toMatchObject({ status: 'ACTIVE', 'OS-EXT-SRV-ATTR:host': server.host });
  }
  expect(moved).toHaveLength(servers.length);
});

test('a failed data plane is DOWN in Neutron, and ACTIVE again', async () => {
  const plane = (data_plane_status: string) =>
    doctor.expect('PUT', `/doctor/v1/hosts/${other}/data-plane-status`, {
      body: { data_plane_status },
    });
  const statuses = async () => {
    const on = (await cloud.ports()).filter((port) => port['binding:host_id'] === other);
    return [...new Set(on.map(({ data_plane_status }) => data_plane_status))];
  };
  await plane('DOWN');
  await expect.poll(statuses, patience).toEqual(['DOWN']);
  await plane('ACTIVE');
  await expect.poll(statuses, patience).toEqual(['ACTIVE']);
});

test('the host returns: Nova refuses to force it up until its compute service was restarted', async () => {
  await report('resolved', host);
  await expect
    .poll(() => outcome(host), patience)
    .toMatchObject({ change: 'up', state: 'pending', reason: expect.stringMatching(/force up/) });
  expect(await isDown(host)).toBe(true);
  await startService(box(), host);
  await becomesDown(host, false);
  await expect.poll(() => outcome(host), patience).toMatchObject({ change: 'up', state: 'done' });
});

test('Nova is stopped during a fault: the tenant is notified, and Nova shows it when it returns', async () => {
  const name = other;
  await stopService(box(), 'nova-api');
  try {
    const { text } = await reportedDown(name);
    console.log(`while Nova is out: ${text}`);
    await expect
      .poll(() => outcome(name), patience)
      .toMatchObject({ change: 'down', state: 'pending' });
  } finally {
    await startService(box(), 'nova-api');
  }
  await expect.poll(() => isDown(name).catch(() => undefined), patience).toBe(true);
  await expect
    .poll(() => outcome(name), patience)
    .toMatchObject({ change: 'down', state: 'done', reason: null });
  await report('resolved', name);
  await becomesDown(name, false);
  await expect.poll(() => outcome(name), patience).toMatchObject({ change: 'up', state: 'done' });
});
