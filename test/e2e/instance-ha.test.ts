/** masakari-monitors report to the deployed stack, and operators read the reports. */
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { request } from '../../scripts/stack/api.ts';
import { apiUrl, type Client } from '../stack/stack.ts';
import {
  type Cloud,
  expectStatus,
  forceDown,
  logins,
  newHost,
  newInstance,
  newName,
  newUser,
  serverOf,
  serviceOf,
  userPassword,
} from './cloud.ts';
import { refusals } from './dialects.ts';

const path = '/instance-ha/v1/notifications';
let cloud: Cloud;
let service: Client;
let monitor: Client;
let authorization = '';

beforeAll(async () => {
  cloud = await logins();
  const made = await newUser(cloud.admin, ['monitor'], 'service');
  monitor = made.client;
  service = (await newUser(cloud.admin, ['service'], 'service')).client;
  authorization = `Basic ${Buffer.from(`${made.name}:${userPassword}`).toString('base64')}`;
});

const bodyOf = (hostname: string, event: 'STARTED' | 'STOPPED') => ({
  notification: {
    type: 'COMPUTE_HOST',
    hostname,
    generated_time: '2026-11-26T16:41:16.153323',
    payload: {
      event,
      cluster_status: event === 'STOPPED' ? 'OFFLINE' : 'ONLINE',
      host_status: 'NORMAL',
    },
  },
});

/** As monitors with `auth_type = http_basic` send it. */
const report = (body: unknown) =>
  request(`${apiUrl()}${path}`, 'POST', { body, headers: { authorization } });

const Sent = z.object({
  notification: z.looseObject({ notification_uuid: z.guid(), source_host_uuid: z.guid() }),
});
const Segments = z.object({
  segments: z.array(z.looseObject({ uuid: z.guid(), name: z.string() })),
});

const finished = { notification: { status: 'finished', type: 'COMPUTE_HOST' } };

test('a host is down after the first of several equal reports, and stays so until an administrator says that it is up', async () => {
  const host = await newHost(cloud.admin);
  const server = await newInstance(cloud.admin, { host, project_id: cloud.a.projectId });
  const first = await report(bodyOf(host, 'STOPPED'));
  expect(first).toMatchObject({ status: 202, body: finished });
  expect((await serverOf(cloud.a, server)).status).toBe('SHUTOFF');
  expect((await serviceOf(cloud.admin, host)).state).toBe('down');

  const second = await report(bodyOf(host, 'STOPPED'));
  expectStatus(second, 409);
  expect(second.body).toEqual(refusals['instance-ha'](409, host));

  expect(await report(bodyOf(host, 'STARTED'))).toMatchObject({
    status: 202,
    body: finished,
  });
  expect((await serviceOf(cloud.admin, host)).state).toBe('down');
  const { body } = await report(bodyOf(host, 'STARTED'));
  expect(body).toMatchObject({ notification: { status: 'ignored' } });
  expectStatus(await forceDown(cloud.admin, host, false), 200);
  expect((await serviceOf(cloud.admin, host)).state).toBe('up');
  expect(await report(bodyOf(host, 'STOPPED'))).toMatchObject({
    status: 202,
    body: finished,
  });
});

test('a server that its hypervisor reports as failed is in error; a server that its owner may have stopped is not', async () => {
  const host = await newHost(cloud.admin);
  const server = await newInstance(cloud.admin, { host, project_id: cloud.a.projectId });
  const guest = (vir_domain_event: string) => ({
    notification: {
      ...{ type: 'VM', hostname: host, generated_time: '2026-11-26T16:41:16.153323' },
      payload: { event: 'LIFECYCLE', instance_uuid: server, vir_domain_event },
    },
  });
  const own = await report(guest('STOPPED_SHUTDOWN'));
  expect(own).toMatchObject({ status: 202, body: { notification: { status: 'ignored' } } });
  expect((await serverOf(cloud.a, server)).status).toBe('ACTIVE');
  const failed = await report(guest('STOPPED_FAILED'));
  expect(failed).toMatchObject({ status: 202, body: { notification: { status: 'finished' } } });
  expect((await serverOf(cloud.a, server)).status).toBe('ERROR');
});

test('a host that is not registered is a 400, which ends the retries', async () => {
  const host = newName('unknown');
  const answer = await report(bodyOf(host, 'STOPPED'));
  expectStatus(answer, 400);
  expect(answer.body).toEqual(refusals['instance-ha'](400, host));
});

test('administrators and monitors list notifications; a service reads the one that it sent', async () => {
  const host = await newHost(cloud.admin);
  const sent = await service.expect('POST', path, { body: bodyOf(host, 'STOPPED') });
  const { notification } = Sent.parse(sent.body);
  const { notification_uuid, source_host_uuid } = notification;
  const shown = await service.expect('GET', `${path}/${notification_uuid}`);
  expect(shown.body).toEqual(sent.body);
  expectStatus(await service.call('GET', path), 403);
  const filtered = `${path}?source_host_uuid=${source_host_uuid}`;
  for (const reader of [cloud.admin, monitor]) {
    await expect
      .poll(async () => (await reader.expect('GET', filtered)).body)
      .toEqual({ notifications: [notification] });
  }
});

test('a tenant is refused, and so is a caller without a login', async () => {
  const host = await newHost(cloud.admin);
  for (const answer of [
    await cloud.a.call('POST', path, { body: bodyOf(host, 'STOPPED') }),
    await cloud.a.call('GET', path),
    await cloud.a.call('GET', '/instance-ha/v1/segments'),
  ]) {
    expectStatus(answer, 403);
    expect(answer.body).toEqual(refusals['instance-ha'](403));
  }
  const body = bodyOf(host, 'STOPPED');
  expectStatus(await request(`${apiUrl()}${path}`, 'POST', { body }), 401);
  expect((await serviceOf(cloud.admin, host)).state).toBe('up');
});

test('an availability zone is a segment with its hosts', async () => {
  const [host, zone] = [newName('cmp'), newName('zone')];
  await cloud.admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone } });
  const { body } = await cloud.admin.expect('GET', '/instance-ha/v1/segments');
  const found = Segments.parse(body).segments.find(({ name }) => name === zone);
  const segment = `/instance-ha/v1/segments/${found?.uuid}`;
  expect((await cloud.admin.expect('GET', segment)).body).toEqual({ segment: found });
  expect((await cloud.admin.expect('GET', `${segment}/hosts`)).body).toMatchObject({
    hosts: [{ name: host, on_maintenance: false }],
  });
});
