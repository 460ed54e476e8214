import { beforeAll, expect, test } from 'vitest';
import { Notification } from '../../domain/events/messages.ts';
import { subscribe } from '../stack/stack.ts';
import {
  alarmOf,
  at,
  type Cloud,
  expectStatus,
  logins,
  newAlarm,
  newHost,
  newInstance,
  serviceOf,
  statesOf,
} from './cloud.ts';
import { refusals } from './dialects.ts';
import { inboxOf } from './inbox.ts';

let cloud: Cloud;
let host: string;
let server: string;

beforeAll(async () => {
  cloud = await logins();
  host = await newHost(cloud.admin);
  server = await newInstance(cloud.admin, { project_id: cloud.a.projectId, host });
});

const path = () => `/compute/v2.1/os-hosts/${host}`;
const put = (body: unknown, version = '2.1') =>
  cloud.admin.call('PUT', path(), { body, headers: at(version) });

test('the report in os-hosts stops the servers and answers in its own envelope', async () => {
  const answer = await put({ host: { host_down_reported: 'true' } }, '2.34');
  expectStatus(answer, 200);
  expect(answer.body).toEqual({
    host: {
      ...{ host, status: 'enabled', maintenance_mode: 'disabled', host_down_reported: 'true' },
    },
  });
  expect(answer.headers.get('x-doctor-instances-affected')).toBe('1');
  expect(await statesOf(cloud.a, server)).toEqual(['stopped', 4, null, 'SHUTOFF']);
  expect(await serviceOf(cloud.admin, host)).toMatchObject({
    ...{ status: 'enabled', state: 'down', forced_down: true },
  });
});

test('all three fields are one update, in Nova’s words', async () => {
  const body = { status: 'disable', maintenance_mode: 'enable', host_down_reported: false };
  const answer = await put(body, '2.42');
  expectStatus(answer, 200);
  expect(answer.body).toEqual({
    ...{ host, status: 'disabled', maintenance_mode: 'on_maintenance' },
    host_down_reported: 'false',
  });
  const { body: shown } = await cloud.admin.expect('GET', `/doctor/v1/hosts/${host}`);
  expect(shown).toMatchObject({
    host: { status: 'disabled', maintenance: true, forced_down: false, fault_number: 1 },
  });
  expect(await statesOf(cloud.a, server)).toEqual(['stopped', 4, null, 'SHUTOFF']);
});

test('the owner of a server is notified of the beginning and end of maintenance, without the host’s name', async () => {
  const inbox = inboxOf(await subscribe({ project_id: [cloud.a.projectId] }));
  const alarm = await newAlarm(cloud.a, {
    ...{ name: 'maintained', type: 'event', resource_id: server, repeat_actions: true },
    event_rule: { event_type: 'maintenance.host' },
  });
  for (const maintenance_mode of ['disable', 'enable', 'disable']) {
    expectStatus(await put({ maintenance_mode }), 200);
  }
  const received = await inbox.until(alarm, 3);
  const traits = received.map(({ body }) => {
    const { traits } = Notification.parse(body).reason_data.event;
    return Object.fromEntries(traits.map(([name, , value]) => [name, value]));
  });
  const states = traits.map(({ state }) => state).sort();
  expect(states).toEqual(['IN_MAINTENANCE', 'MAINTENANCE_COMPLETE', 'MAINTENANCE_COMPLETE']);
  expect(new Set(traits.map(({ resource_id }) => resource_id))).toEqual(new Set([server]));
  expect(new Set(traits.map(({ session_id }) => session_id)).size).toBe(2);
  expect(JSON.stringify(received)).not.toContain(host);
  await inbox.close();
});

test('an alarm is raised while the host is in maintenance, and cleared after it', async () => {
  const inbox = inboxOf(await subscribe({ project_id: [cloud.a.projectId] }));
  const met = (value: string) => ({
    ...{ event_type: 'maintenance.host' },
    query: [{ field: 'traits.state', op: 'eq', type: 'string', value }],
  });
  const alarm = await newAlarm(cloud.a, {
    ...{ name: 'maintained', type: 'event', resource_id: server },
    event_rule: { ...met('IN_MAINTENANCE'), clear: met('MAINTENANCE_COMPLETE') },
  });
  expectStatus(await put({ maintenance_mode: 'enable' }), 200);
  await inbox.until(alarm, 1);
  expect(await alarmOf(cloud.a, alarm)).toMatchObject({ state: 'alarm' });
  expectStatus(await put({ maintenance_mode: 'disable' }), 200);
  const received = await inbox.until(alarm, 2);
  expect(received.map(({ body }) => body.current)).toEqual(['alarm', 'ok']);
  expect(await alarmOf(cloud.a, alarm)).toMatchObject({ state: 'ok' });
  await inbox.close();
});

test('hosts are shown to administrators with their used resources, and are not found above 2.42', async () => {
  const { admin, a } = cloud;
  const { body } = await admin.expect('GET', path());
  expect(JSON.stringify(body)).toContain(`"project":"${a.projectId}"`);
  for (const asked of [path(), '/compute/v2.1/os-hosts']) {
    const above = await admin.call('GET', asked, { headers: at('2.43') });
    expect(above.body).toEqual(refusals.compute(404));
    expect((await a.call('GET', asked)).body).toEqual(refusals.compute(403));
  }
  const power = await admin.call('GET', `${path()}/reboot`);
  expect(power.status).toBe(501);
  const foreign = await a.call('PUT', '/compute/v2.1/os-hosts/unknown', {
    body: { status: 'enable' },
  });
  expect(foreign.body).toEqual(refusals.compute(403));
});
