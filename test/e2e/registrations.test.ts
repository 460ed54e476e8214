import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attemptLogin, subscribe } from '../stack/stack.ts';
import {
  type Cloud,
  eventAlarm,
  expectStatus,
  forceDown,
  instanceBody,
  logins,
  newAlarm,
  newHost,
  newInstance,
  newName,
  serverOf,
  serviceOf,
  statesOf,
  updateService,
} from './cloud.ts';
import { refusals } from './dialects.ts';
import { type Inbox, inboxOf } from './inbox.ts';

let cloud: Cloud;
let inbox: Inbox;

beforeAll(async () => {
  cloud = await logins();
  inbox = inboxOf(await subscribe({ project_id: [cloud.a.projectId] }));
});

afterAll(() => inbox?.close());

const moment = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

/** An alarm on every event of an instance, with repeated actions. */
const onEverything = (id: string) =>
  newAlarm(cloud.a, {
    ...eventAlarm([]),
    repeat_actions: true,
    event_rule: { query: [{ field: 'traits.instance_id', op: 'eq', type: '', value: id }] },
  });

const typesNotified = (alarm_id: string): unknown[] =>
  inbox.of(alarm_id).map(({ body }) => body.event_type);

describe('a host', () => {
  test('is created once, and then not changed', async () => {
    const { admin } = cloud;
    const path = `/doctor/v1/hosts/${newName('cmp')}`;
    const body = { zone: 'az-1', hypervisor_type: 'QEMU', vcpus: 8 };
    const made = await admin.call('PUT', path, { body });
    expectStatus(made, 201);
    const again = await admin.call('PUT', path, { body });
    expectStatus(again, 200);
    const { reported_at: _, ...first } = Object(made.body).host;
    expect(Object(again.body).host).toMatchObject(first);
    expect(first).toMatchObject({ ...body, state: 'up', status: 'enabled', revision: 1 });
    expect((await admin.expect('GET', path)).body).toEqual(again.body);
  });

  test('that was deleted is registered again, up, with another service', async () => {
    const { admin, a } = cloud;
    const host = await newHost(admin);
    const id = await newInstance(admin, { project_id: a.projectId, host });
    const before = await serviceOf(admin, host);
    await forceDown(admin, host);
    await admin.expect('DELETE', `/doctor/v1/servers/${id}`);
    const path = `/compute/v2.1/os-services/${before.id}`;
    const headers = { 'X-OpenStack-Nova-API-Version': '2.53' };
    expectStatus(await admin.call('DELETE', path, { headers }), 204);
    expectStatus(await admin.call('DELETE', path, { headers }), 404);
    expectStatus(await admin.call('GET', `/doctor/v1/hosts/${host}`), 404);
    expectStatus(await forceDown(admin, host), 404);
    expectStatus(await updateService(admin, before.id, { forced_down: true }), 404);
    const { body } = await admin.expect('GET', `/compute/v2.1/os-services?host=${host}`);
    expect(body).toEqual({ services: [] });

    await newHost(admin, host);
    const after = await serviceOf(admin, host);
    expect(after).toMatchObject({ state: 'up', forced_down: false, status: 'enabled' });
    expect(after.id).not.toBe(before.id);
    // Instances of the new host do not owe the old fault.
    const fresh = await newInstance(admin, { project_id: a.projectId, host });
    expect(await statesOf(a, fresh)).toEqual(['active', 1, null, 'ACTIVE']);
    const down = await forceDown(admin, host);
    expect(down.headers.get('x-doctor-instances-affected')).toBe('1');
  });
});

describe('an instance', () => {
  test('is created once, then not changed, and only a change sends a notification', async () => {
    const { admin, a } = cloud;
    const host = await newHost(admin);
    const id = randomUUID();
    const alarm = await onEverything(id);
    const path = `/doctor/v1/servers/${id}`;
    const body = instanceBody({ project_id: a.projectId, host });
    expectStatus(await admin.call('PUT', path, { body }), 201);
    const again = await admin.call('PUT', path, { body });
    expectStatus(again, 200);
    expect(again.body).toMatchObject({ server: { id, revision: 1 } });
    const paused = { ...body, vm_state: 'paused' };
    expect((await admin.expect('PUT', path, { body: paused })).body).toMatchObject({
      server: { id, revision: 2, power_state: 3 },
    });
    expectStatus(await admin.call('DELETE', path), 204);
    await inbox.until(alarm, 3);
    const types = ['compute.instance.create.end', 'compute.instance.update'];
    expect(new Set(typesNotified(alarm))).toEqual(
      new Set([...types, 'compute.instance.delete.end']),
    );
    expect(typesNotified(alarm)).toHaveLength(3);
  });

  test('is not overwritten by an older report of a feed', async () => {
    const { admin, a } = cloud;
    const host = await newHost(admin);
    const id = await newInstance(admin, {
      ...{ project_id: a.projectId, host, name: 'newest', reported_at: moment(-10) },
    });
    const body = instanceBody({ project_id: a.projectId, host, name: 'older' });
    const stale = await admin.call('PUT', `/doctor/v1/servers/${id}`, {
      body: { ...body, reported_at: moment(-20) },
    });
    expectStatus(stale, 200);
    expect(stale.headers.get('x-doctor-stale')).toBe('true');
    expect(stale.body).toMatchObject({ server: { name: 'newest', revision: 1 } });
    const query = `reported_at=${encodeURIComponent(moment(-20))}`;
    expectStatus(await admin.call('DELETE', `/doctor/v1/servers/${id}?${query}`), 204);
    expect(await serverOf(a, id)).toMatchObject({ name: 'newest' });
  });

  test('is not made active again by a report from before its host failed', async () => {
    const { admin, a } = cloud;
    const host = await newHost(admin);
    const early = moment(-1);
    const id = await newInstance(admin, { project_id: a.projectId, host, reported_at: early });
    await forceDown(admin, host);
    const late = await admin.call('PUT', `/doctor/v1/servers/${id}`, {
      body: instanceBody({ project_id: a.projectId, host, name: 'late', reported_at: early }),
    });
    expect(late.headers.get('x-doctor-stale')).toBe('true');
    expect(await statesOf(a, id)).toEqual(['stopped', 4, null, 'SHUTOFF']);
    // A later report does not change it either, while the host is down.
    const body = instanceBody({ project_id: a.projectId, host, name: 'after' });
    expectStatus(await admin.call('PUT', `/doctor/v1/servers/${id}`, { body }), 200);
    expect(await statesOf(a, id)).toEqual(['stopped', 4, null, 'SHUTOFF']);
    const registered = await newInstance(admin, { project_id: a.projectId, host });
    expect(await statesOf(a, registered)).toEqual(['stopped', 4, null, 'SHUTOFF']);
  });

  test('with a time a minute ahead is refused', async () => {
    const { admin, a } = cloud;
    const host = await newHost(admin);
    const facts = { project_id: a.projectId, host };
    const ahead = await admin.call('PUT', `/doctor/v1/servers/${randomUUID()}`, {
      body: instanceBody({ ...facts, reported_at: moment(120) }),
    });
    expectStatus(ahead, 400);
    expect(ahead.body).toEqual(refusals.doctor(400, 'reported_at'));
    const slightly = instanceBody({ ...facts, reported_at: moment(30) });
    const path = `/doctor/v1/servers/${randomUUID()}`;
    expectStatus(await admin.call('PUT', path, { body: slightly }), 201);
  });

  test('that was deleted is not found; a later report creates it again, an older one does not', async () => {
    const { admin, a } = cloud;
    const host = await newHost(admin);
    const facts = { project_id: a.projectId, host };
    const id = await newInstance(admin, facts);
    const alarm = await onEverything(id);
    const path = `/doctor/v1/servers/${id}`;
    expectStatus(await admin.call('DELETE', path), 204);
    expectStatus(await admin.call('DELETE', path), 404);
    expectStatus(await a.call('GET', `/compute/v2.1/servers/${id}`), 404);
    expectStatus(await admin.call('GET', path), 404);
    const old = instanceBody({ ...facts, reported_at: moment(-60) });
    const stale = await admin.call('PUT', path, { body: old });
    expect(stale.headers.get('x-doctor-stale')).toBe('true');
    expectStatus(await a.call('GET', `/compute/v2.1/servers/${id}`), 404);
    const again = await admin.call('PUT', path, { body: instanceBody(facts) });
    expectStatus(again, 201);
    expect(again.body).toMatchObject({ server: { id, vm_state: 'active' } });
    expect(await statesOf(a, id)).toEqual(['active', 1, null, 'ACTIVE']);
    await forceDown(admin, host);
    expect(await statesOf(a, id)).toEqual(['stopped', 4, null, 'SHUTOFF']);
    await inbox.until(alarm, 3);
    expect(new Set(typesNotified(alarm)).size).toBe(3); // deleted, created, stopped
  });

  test('moves to another host, and faults of the old one no longer apply to it', async () => {
    const { admin, a } = cloud;
    const [from, to] = [await newHost(admin), await newHost(admin)];
    const facts = { project_id: a.projectId, name: newName('moving') };
    const id = await newInstance(admin, { ...facts, host: from });
    await newInstance(admin, { ...facts, host: to }, id);
    const down = await forceDown(admin, from);
    expect(down.headers.get('x-doctor-instances-affected')).toBe('0');
    expect(await statesOf(a, id)).toEqual(['active', 1, null, 'ACTIVE']);
    expect(await serverOf(admin, id)).toMatchObject({ 'OS-EXT-SRV-ATTR:host': to });
  });
});

test('a user may log in as registered, and no longer with an earlier password', async () => {
  const { admin } = cloud;
  const name = newName('user');
  const projects = [{ name: newName('project'), roles: ['reader'] }];
  const login = (password: string) => attemptLogin({ name, password });
  const path = `/doctor/v1/users/${name}`;
  expectStatus(await login('correct horse'), 401);
  expectStatus(
    await admin.call('PUT', path, { body: { password: 'correct horse', projects } }),
    201,
  );
  const first = await login('correct horse');
  expectStatus(first, 201);
  expect(first.body).toMatchObject({
    token: { project: { name: projects[0]?.name }, roles: [{ name: 'reader' }] },
  });
  expect(JSON.stringify((await admin.expect('GET', path)).body)).not.toContain('password');
  expectStatus(
    await admin.call('PUT', path, { body: { password: 'battery staple', projects } }),
    200,
  );
  expectStatus(await login('correct horse'), 401);
  expectStatus(await login('battery staple'), 201);
  const refused = await admin.call('PUT', '/doctor/v1/users/admin', {
    body: { password: 'correct horse', projects: [] },
  });
  expect(refused.body).toEqual(refusals.doctor(409));
});
