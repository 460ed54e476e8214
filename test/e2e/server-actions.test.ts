import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Client, subscribe } from '../stack/stack.ts';
import {
  alarmOf,
  at,
  type Cloud,
  eventAlarm,
  expectStatus,
  forceDown,
  logins,
  newAlarm,
  newHost,
  newInstance,
  newName,
  statesOf,
  stopped,
} from './cloud.ts';
import { refusals } from './dialects.ts';
import { type Inbox, inboxOf } from './inbox.ts';

let cloud: Cloud;
let host: string;
let inbox: Inbox;

beforeAll(async () => {
  cloud = await logins();
  host = await newHost(cloud.admin);
  inbox = inboxOf(await subscribe({ project_id: [cloud.a.projectId] }));
});

afterAll(() => inbox?.close());

const servers = '/compute/v2.1/servers';
const act = (client: Client, id: string, body: unknown, version = '2.94') =>
  client.call('POST', `${servers}/${id}/action`, { headers: at(version), body });
const newServer = (facts: Record<string, unknown> = {}) =>
  newInstance(cloud.admin, { project_id: cloud.a.projectId, host, ...facts });
const reset = (state: string) => ({ 'os-resetState': { state } });

describe('an owner', () => {
  test('stops and starts a server, and its alarm notifies once', async () => {
    const { a } = cloud;
    const id = await newServer();
    const alarm = await newAlarm(a, eventAlarm(stopped(id)));
    const answer = await act(a, id, { 'os-stop': null });
    expectStatus(answer, 202);
    expect(await statesOf(a, id)).toEqual(['stopped', 4, null, 'SHUTOFF']);
    const [received] = await inbox.until(alarm);
    expect(received?.body).toMatchObject({ alarm_id: alarm, resource_id: id, current: 'alarm' });
    expect(JSON.stringify(received?.body)).not.toContain(host);
    expectStatus(await act(a, id, { 'os-stop': null }), 409);
    expectStatus(await act(a, id, { 'os-start': null }), 202);
    expect(await statesOf(a, id)).toEqual(['active', 1, null, 'ACTIVE']);
    expect((await alarmOf(a, alarm)).state).toBe('alarm');
    expect(inbox.of(alarm)).toHaveLength(1);
  });

  test('may not reset a state, nor change another project’s server', async () => {
    const id = await newServer();
    const refused = await act(cloud.a, id, reset('error'));
    expectStatus(refused, 403);
    expect(refused.body).toEqual(refusals.compute(403));
    for (const body of [{ 'os-stop': null }, reset('error')]) {
      expectStatus(await act(cloud.b, id, body), 404);
    }
    expectStatus(await cloud.b.call('DELETE', `${servers}/${id}`), 404);
    expectStatus(await cloud.b.call('GET', `${servers}/${id}/metadata`), 404);
    expect(await statesOf(cloud.a, id)).toEqual(['active', 1, null, 'ACTIVE']);
  });

  test('writes metadata with clients that name no version', async () => {
    const { a } = cloud;
    const path = `${servers}/${await newServer({ metadata: { role: 'db' } })}/metadata`;
    const added = await a.expect('POST', path, { body: { metadata: { tier: '1' } } });
    expect(added.body).toEqual({ metadata: { role: 'db', tier: '1' } });
    expectStatus(await a.call('DELETE', `${path}/role`), 204);
    expectStatus(await a.call('DELETE', `${path}/role`), 404);
    const replaced = await a.expect('PUT', path, { body: { metadata: { b: 'c' } } });
    expect(replaced.body).toEqual({ metadata: { b: 'c' } });
    expect((await a.expect('GET', path)).body).toEqual({ metadata: { b: 'c' } });
  });

  test('deletes a server, which is gone for everyone', async () => {
    const { a, admin } = cloud;
    const id = await newServer();
    expectStatus(await a.call('DELETE', `${servers}/${id}`), 204);
    expectStatus(await a.call('GET', `${servers}/${id}`), 404);
    expectStatus(await act(admin, id, reset('active')), 404);
  });
});

describe('on a host that is down', () => {
  test('no reader sees a server ACTIVE after any reset, and no server starts', async () => {
    const { a, admin } = cloud;
    const failed = await newHost(admin);
    const project_id = a.projectId;
    const ids = await Promise.all([
      newInstance(admin, { project_id, host: failed }),
      newInstance(admin, { project_id, host: failed, vm_state: 'error' }),
    ]);
    expectStatus(await forceDown(admin, failed), 200);
    for (const id of ids) {
      expectStatus(await act(admin, id, reset('active')), 202);
      expect(await statesOf(a, id)).toEqual(['stopped', 4, null, 'SHUTOFF']);
      expectStatus(await act(a, id, { 'os-start': null }), 409);
      expectStatus(await act(admin, id, reset('error')), 202);
      expect(await statesOf(a, id)).toEqual(['error', 4, null, 'ERROR']);
    }
    expectStatus(await forceDown(admin, failed, false), 200);
    for (const id of ids) {
      expectStatus(await act(a, id, { 'os-stop': null }), 202);
      expectStatus(await act(a, id, { 'os-start': null }), 202);
      expect(await statesOf(a, id)).toEqual(['active', 1, null, 'ACTIVE']);
    }
  });

  test('resets at the same time as the report leave no server ACTIVE', async () => {
    const { a, admin } = cloud;
    const failed = await newHost(admin);
    const ids = await Promise.all(
      Array.from({ length: 8 }, () =>
        newInstance(admin, { project_id: a.projectId, host: failed, vm_state: 'error' }),
      ),
    );
    const answers = await Promise.all([
      ...ids.slice(0, 4).map((id) => act(admin, id, reset('active'))),
      forceDown(admin, failed),
      ...ids.slice(4).map((id) => act(admin, id, reset('active'))),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 202]));
    for (const id of ids) expect((await statesOf(a, id))[0]).toBe('stopped');
  });
});

test('zones and flavors are listed, and POST servers is refused', async () => {
  const { a } = cloud;
  const zones = await a.expect('GET', '/compute/v2.1/os-availability-zone');
  const Zones = z.object({ availabilityZoneInfo: z.array(z.object({ zoneName: z.string() })) });
  expect(Zones.parse(zones.body).availabilityZoneInfo).toContainEqual({ zoneName: 'nova' });
  expect((await a.expect('GET', '/compute/v2.1/flavors/detail')).body).toEqual({ flavors: [] });
  expectStatus(await a.call('GET', `/compute/v2.1/flavors/${randomUUID()}`), 404);
  const body = { server: { name: newName('vm'), flavorRef: '1' } };
  expectStatus(await a.call('POST', servers, { body }), 501);
});
