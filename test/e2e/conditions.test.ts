/**
 * Conditions of several sources on the deployed stack: who may report them, their effects, and how
 * they end.
 */
import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
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

let cloud: Cloud;
let monitor: Client;
let authorization: string;
const fencing = `script/${newName('fence')}`;

beforeAll(async () => {
  cloud = await logins();
  const user = await newUser(cloud.admin, ['monitor']);
  monitor = user.client;
  const pair = Buffer.from(`${user.name}:${userPassword}`).toString('base64');
  authorization = `Basic ${pair}`;
});

const path = '/doctor/v1/inspector/events';
const event = (hostname: string, status: 'down' | 'up' = 'down', more: object = {}) => ({
  time: '2026-11-22T22:57:11.347064',
  type: 'compute.host.down',
  details: { hostname, status, monitor: 'm', monitor_event_id: 'e', ...more },
});

const Outcomes = z.object({
  items: z.array(z.looseObject({ outcome: z.string(), condition_id: z.string().nullable() })),
});

/** Reports one event. Returns its outcome. */
async function report(client: Client, body: unknown, query = ''): Promise<Record<string, unknown>> {
  const answer = await client.expect('PUT', `${path}${query}`, { body });
  return Outcomes.parse(answer.body).items[0] ?? {};
}

const isDown = async (host: string) => (await serviceOf(cloud.admin, host)).forced_down;

test('a host that two sources hold down is up again when both have cleared it', async () => {
  const host = await newHost(cloud.admin);
  const server = await newInstance(cloud.admin, { host, project_id: cloud.a.projectId });
  expect(await report(monitor, [event(host)])).toMatchObject({ outcome: 'raised' });
  expect(await report(monitor, event(host))).toMatchObject({ outcome: 'renewed' });
  expect(await report(monitor, { event: event(host) }, '?source=zabbix')).toMatchObject({
    outcome: 'raised',
  });
  expect(await serverOf(cloud.a, server)).toMatchObject({ status: 'ACTIVE' });
  expect(await report(monitor, event(host, 'up'))).toMatchObject({ outcome: 'cleared' });
  expect(await isDown(host)).toBe(true);
  await report(monitor, { events: [event(host, 'up')] }, '?source=zabbix');
  expect(await isDown(host)).toBe(false);
  expect(await report(monitor, event(host, 'up'))).toMatchObject({ outcome: 'ignored' });
});

test('a source that fences stops servers; its clear is held until an administrator ends it', async () => {
  const [admin, settings] = [cloud.admin, `/doctor/v1/sources/${fencing}`];
  const put = await admin.call('PUT', settings, { body: { fenced: true, stale_after: 600 } });
  expectStatus(put, 200);
  const listed = await admin.expect('GET', '/doctor/v1/sources');
  expect(JSON.stringify(listed.body)).toContain(fencing);
  const host = await newHost(admin);
  const server = await newInstance(admin, { host, project_id: cloud.a.projectId });

  const down = await report(monitor, event(host), `?source=${fencing}`);
  expect(down).toMatchObject({ outcome: 'raised', fault_id: expect.any(String) });
  expect(await serverOf(cloud.a, server)).toMatchObject({ status: 'SHUTOFF' });
  const { body } = await admin.expect('GET', `/doctor/v1/faults/${down.fault_id}`);
  expect(body).toMatchObject({ fault: { source: fencing, status: 'open' } });

  const up = await report(monitor, event(host, 'up'), `?source=${fencing}`);
  expect(up).toMatchObject({ outcome: 'cleared', reason: /servers were stopped/ });
  expect(await isDown(host)).toBe(true);

  const one = `/doctor/v1/conditions/${down.condition_id}`;
  const shown = await admin.expect('GET', one);
  expect(shown.body).toMatchObject({ condition: { state: 'cleared', held: true, key: 'm e' } });
  expectStatus(await admin.call('DELETE', one), 400);
  const ended = await admin.expect('DELETE', `${one}?reason=checked`);
  expect(ended.body).toMatchObject({
    condition: { held: false, cleared_by: { reason: 'checked' } },
  });
  expect(await isDown(host)).toBe(false);
  expectStatus(await admin.call('DELETE', settings), 204);
  expectStatus(await admin.call('DELETE', settings), 404);
  expect((await admin.expect('GET', settings)).body).toMatchObject({
    source: { name: fencing, fenced: false, clear: 'unset', stale_after: null },
  });
});

test('an administrator who reports the host up ends its conditions; a monitor does not', async () => {
  const host = await newHost(cloud.admin);
  await report(monitor, event(host));
  expectStatus(await forceDown(monitor, host, false), 200);
  expect(await isDown(host)).toBe(true);
  const list = `/doctor/v1/conditions?host=${host.toUpperCase()}&state=raised`;
  expect((await cloud.admin.expect('GET', list)).body).toMatchObject({
    conditions: [{ source: 'opnfv', effect: 'host_down', target: { kind: 'host', host } }],
  });
  expectStatus(await forceDown(cloud.admin, host, false), 200);
  expect(await isDown(host)).toBe(false);
  expect((await cloud.admin.expect('GET', list)).body).toEqual({ conditions: [] });
});

test('items that match nothing are kept with the reasons, and listed in pages', async () => {
  const [source, query] = [`script/${newName('odd')}`, '?source='];
  const body = [event('unknown'), { ...event('unknown'), type: 'other' }, 'no event'];
  const answer = await monitor.expect('POST', `${path}${query}${source}`, { body });
  expect(Outcomes.parse(answer.body).items.map(({ outcome }) => outcome)).toEqual([
    ...['unmatched', 'unmatched', 'unmatched'],
  ]);
  const Page = z.object({ unmatched: z.array(z.object({ reason: z.string() })), next: z.string() });
  const first = `/doctor/v1/unmatched?source=${source}&limit=2`;
  const page = Page.parse((await cloud.admin.expect('GET', first)).body);
  const rest = await cloud.admin.expect('GET', page.next.slice(apiUrl().length));
  const last = Page.partial().parse(rest.body).unmatched ?? [];
  const reasons = [...page.unmatched, ...last].map(({ reason }) => reason).sort();
  expect(reasons).toEqual([
    'Host unknown is not registered.',
    'It is no event with type and details.',
    'The type other is not known.',
  ]);
});

test('the path of the published inspector takes a password after its challenge, and never redirects', async () => {
  const host = await newHost(cloud.admin);
  const put = (headers: Record<string, string>, place = '/events') =>
    fetch(`${apiUrl()}${place}`, {
      method: 'PUT',
      redirect: 'manual',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify([event(host)]),
    });
  const refused = await put({});
  expect(refused.status).toBe(401);
  expect(refused.headers.get('www-authenticate')).toContain('Basic realm="doctor"');
  expect((await put({ authorization })).status).toBe(200);
  expect((await put({ authorization }, '/events/')).status).toBe(200);
  expect(await isDown(host)).toBe(true);
});

test.each([
  ['GET', '/doctor/v1/conditions'],
  ['GET', '/doctor/v1/sources'],
  ['GET', '/doctor/v1/unmatched'],
  ['PUT', '/doctor/v1/sources/zabbix'],
] as const)('%s %s is for administrators', async (method, where) => {
  const body = method === 'PUT' ? { body: {} } : {};
  expectStatus(await monitor.call(method, where, body), 403);
  expectStatus(await cloud.a.call(method, where, body), 403);
});

test('a tenant reports nothing; bad input is a 400 that names the field', async () => {
  const host = await newHost(cloud.admin);
  expectStatus(await cloud.a.call('PUT', path, { body: [event(host)] }), 403);
  expect(await isDown(host)).toBe(false);
  for (const [method, where, body] of [
    ['PUT', path, { some: 'thing' }],
    ['PUT', `${path}?source=script/a/b`, [event(host)]],
    ['PUT', '/doctor/v1/sources/zabbix', { clear: 'never' }],
    ['PUT', '/doctor/v1/sources/zabbix', { mapping: { some: 'thing' } }],
    ['PUT', '/doctor/v1/sources/Zabbix', {}],
  ] as const) {
    expectStatus(await cloud.admin.call(method, where, { body }), 400);
  }
  for (const query of ['state=gone', 'host=a&port_id=b', 'unknown=x', 'marker=x']) {
    expectStatus(await cloud.admin.call('GET', `/doctor/v1/conditions?${query}`), 400);
  }
});
