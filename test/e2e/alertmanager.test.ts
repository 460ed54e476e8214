/** Alertmanager, Prometheus and collectd report to the deployed stack, and tenants are notified. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiUrl, subscribe } from '../stack/stack.ts';
import {
  type Cloud,
  eventAlarm,
  logins,
  newAlarm,
  newHost,
  newInstance,
  newName,
  serverOf,
  serviceOf,
  stopped,
} from './cloud.ts';
import { type Inbox, inboxOf } from './inbox.ts';

let cloud: Cloud;
let inbox: Inbox;
let authorization = '';
/** The sources of this file. Their hosts count as fenced. */
const name = newName('am');
const sources = [`alertmanager/${name}`, `prometheus/${name}`];
const settingsOf = (source: string) => `/doctor/v1/sources/${source}`;

beforeAll(async () => {
  cloud = await logins();
  const [username, password] = [newName('monitor'), randomUUID()];
  const projects = [{ name: 'service', roles: ['monitor'] }];
  const user = `/doctor/v1/users/${username}`;
  await cloud.admin.expect('PUT', user, { body: { password, projects } });
  authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  for (const source of sources) {
    const body = { clear: 'auto', fenced: true };
    await cloud.admin.expect('PUT', settingsOf(source), { body });
  }
  inbox = inboxOf(await subscribe({ project_id: [cloud.a.projectId] }));
});

afterAll(async () => {
  await inbox?.close();
  for (const source of sources) await cloud?.admin.call('DELETE', settingsOf(source));
});

/** A monitor's request, as its program sends it; a redirect would be the answer itself. */
async function post(
  path: string,
  body: unknown,
  headers: Record<string, string> = { authorization },
) {
  const answer = await fetch(`${apiUrl()}${path}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

const firing = (host: string, status = 'firing') => ({
  status,
  labels: { alertname: 'HostDown', instance: `${host}:9100`, severity: 'critical' },
  annotations: { summary: `${host} does not answer` },
  startsAt: '2026-11-20T08:15:30.123456789Z',
  endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-11-20T08:16:00Z',
  fingerprint: Buffer.from(host).toString('hex').slice(-16),
});
/** The status of the group is not read: here it always differs from that of its alerts. */
const webhook = (...alerts: unknown[]) => ({
  ...{ version: '4', receiver: 'doctor', status: 'resolved', alerts, truncatedAlerts: 0 },
  notification_reason: 'new alerts added',
});
const report = (...alerts: unknown[]) =>
  post(`/doctor/v1/alertmanager?source=${name}`, webhook(...alerts));

const outcomes = (...expected: string[]) => ({
  status: 200,
  body: { items: expected.map((outcome) => expect.objectContaining({ outcome })) },
});

/** A host with a server of tenant A, and an alarm on its stop. */
async function watched() {
  const host = await newHost(cloud.admin);
  const server = await newInstance(cloud.admin, { host, project_id: cloud.a.projectId });
  const alarm = await newAlarm(cloud.a, eventAlarm(stopped(server)));
  const state = async () => (await serviceOf(cloud.admin, host)).state;
  return { host, server, alarm, state };
}

test('a firing alert takes its host down and notifies the tenant once; resolved brings it back', async () => {
  const { host, server, alarm, state } = await watched();
  expect(await report(firing(host))).toMatchObject(outcomes('raised'));
  expect(await state()).toBe('down');
  expect((await serverOf(cloud.a, server)).status).toBe('SHUTOFF');
  const [message] = await inbox.until(alarm);
  expect(JSON.stringify(message?.body)).not.toContain(host);

  expect(await report(firing(host))).toMatchObject(outcomes('renewed'));
  expect(await report(firing(host, 'resolved'))).toMatchObject(outcomes('cleared'));
  expect(await state()).toBe('up');
  expect(await report(firing(host, 'resolved'))).toMatchObject(outcomes('ignored'));
});

test('a host that two sources hold down is up when both have cleared it', async () => {
  const { host, state } = await watched();
  const labels = { alertname: 'HostDown', host };
  const push = (endsAt: string) =>
    post(`/doctor/v1/prometheus/${name}/api/v2/alerts`, [{ labels, endsAt }]);
  expect(await report(firing(host))).toMatchObject(outcomes('raised'));
  expect(await push('2096-01-01T00:00:00Z')).toMatchObject(outcomes('raised'));
  await report(firing(host, 'resolved'));
  expect(await state()).toBe('down');
  expect(await push('2026-01-01T00:00:00Z')).toMatchObject(outcomes('cleared'));
  expect(await state()).toBe('up');
});

test('alerts that are not for Doctor are accepted with a reason, beside those that are', async () => {
  const { host, state } = await watched();
  const watchdog = { ...firing(host), labels: { alertname: 'Watchdog' }, fingerprint: 'f' };
  const unknown = firing(newName('unknown'));
  const answer = await report(watchdog, unknown, firing(host));
  expect(answer).toMatchObject(outcomes('unmatched', 'unmatched', 'raised'));
  expect(await state()).toBe('down');
});

test.each([
  ['/doctor/v1/alertmanager/', webhook()],
  ['/doctor/v1//alertmanager', webhook()],
  ['/doctor/v1/prometheus/api/v2/alerts', []],
  ['/doctor/v1/am/api/v2/alerts', []],
])('POST %s is answered at once, and not redirected', async (path, body) => {
  expect(await post(path, body)).toMatchObject({ status: 200, body: { items: [] } });
});

test('a body of another form is 400, and a caller without credentials is offered Basic', async () => {
  expect((await post('/doctor/v1/alertmanager', { text: 'down' })).status).toBe(400);
  const refused = await post('/doctor/v1/alertmanager', webhook(), {});
  expect(refused.status).toBe(401);
  expect(refused.headers.get('www-authenticate')).toContain('Basic realm="doctor"');
});

test('rules of a source are checked when they are set, and count in the next report', async () => {
  const [source = ''] = sources;
  const put = (rules: unknown) =>
    cloud.admin.call('PUT', settingsOf(source), {
      body: { clear: 'auto', fenced: true, mapping: { rules } },
    });
  const refused = await put([{ effect: 'reboot' }]);
  expect(refused.status).toBe(400);
  expect(JSON.stringify(refused.body)).toContain('rules.0.effect');

  const { host, state } = await watched();
  const target = { label: 'bmc', pattern: 'bmc-(.+)' };
  expect((await put([{ match: { alertname: 'HostDown' }, target }])).status).toBeLessThan(300);
  const labels = { alertname: 'HostDown', bmc: `bmc-${host}` };
  expect(await report({ ...firing(host), labels })).toMatchObject(outcomes('raised'));
  expect(await state()).toBe('down');
  await report({ ...firing(host, 'resolved'), labels });
});
