/** Bad paths, headers and bodies. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  at,
  type Cloud,
  eventAlarm,
  expectStatus,
  instanceBody,
  logins,
  newAlarm,
  newHost,
  newInstance,
  newName,
  serviceOf,
  stopped,
} from './cloud.ts';
import { refusals } from './dialects.ts';
import { alarms, hosts, long, refused, servers, services } from './refusing.ts';

let cloud: Cloud;

beforeAll(async () => {
  cloud = await logins();
});

/** Ids in paths that are malformed, by what is wrong with them. */
const escapes = ['%zz', '%', '%E0%A4%A'];
const oddIds = ['x', '%00', '%C3%28', `${long}`, 'a%20b', '%F0%9F%98%80', '..%2f', '%25'];

describe('an id in a path', () => {
  const resources = [
    { dialect: 'compute', prefix: `${servers}/`, methods: ['GET', 'DELETE'] },
    { dialect: 'compute', prefix: `${services}/`, methods: ['DELETE'] },
    { dialect: 'alarming', prefix: `${alarms}/`, methods: ['GET', 'DELETE'] },
    { dialect: 'doctor', prefix: '/doctor/v1/hosts/', methods: ['GET'] },
    { dialect: 'doctor', prefix: '/doctor/v1/servers/', methods: ['GET', 'DELETE'] },
    { dialect: 'doctor', prefix: '/doctor/v1/users/', methods: ['GET'] },
    { dialect: 'doctor', prefix: '/doctor/v1/faults/', methods: ['GET'] },
  ] as const;

  test.each(resources)('with a malformed escape is a 400 below $prefix', async (resource) => {
    const { dialect, prefix, methods } = resource;
    for (const method of methods) {
      for (const id of escapes) {
        await refused(cloud.admin, 400, {
          method,
          dialect,
          path: `${prefix}${id}`,
          field: 'escape',
        });
      }
    }
  });

  test.each(resources)('that no thing can have is a 400 or 404 below $prefix', async (resource) => {
    const { dialect, prefix, methods } = resource;
    for (const method of methods) {
      for (const id of oddIds) {
        const options = dialect === 'compute' ? { headers: at('2.53') } : {};
        const { status, body } = await cloud.admin.call(method, `${prefix}${id}`, options);
        expect({ id, status }).toEqual({ id, status: expect.toBeOneOf([400, 404]) });
        expect(body).toEqual(refusals[dialect](status));
      }
    }
  });

  test('that is unknown is a 404 for every read and every change of it', async () => {
    const { admin } = cloud;
    const id = randomUUID();
    const by = { host: 'unknown', binary: 'nova-compute' };
    const alarm = eventAlarm([]);
    const metadata = { metadata: { key: 'value' } };
    const done = { status: 'done' };
    const item = { meta: { key: 'value' } };
    const calls = [
      { dialect: 'compute', method: 'GET', path: `${servers}/${id}` },
      { dialect: 'compute', method: 'DELETE', path: `${servers}/${id}` },
      ...[
        ...[{ 'os-stop': null }, { 'os-start': null }, { 'os-resetState': { state: 'error' } }],
        ...[{ evacuate: {} }, { evacuate: { host: 'unknown' } }],
      ].map(
        (body) =>
          ({ dialect: 'compute', method: 'POST', path: `${servers}/${id}/action`, body }) as const,
      ),
      { dialect: 'compute', method: 'GET', path: `${servers}/${id}/metadata` },
      { dialect: 'compute', method: 'POST', path: `${servers}/${id}/metadata`, body: metadata },
      { dialect: 'compute', method: 'PUT', path: `${servers}/${id}/metadata`, body: metadata },
      { dialect: 'compute', method: 'DELETE', path: `${servers}/${id}/metadata/key` },
      { dialect: 'compute', method: 'GET', path: `${servers}/${id}/metadata/key` },
      { dialect: 'compute', method: 'PUT', path: `${servers}/${id}/metadata/key`, body: item },
      { dialect: 'compute', method: 'PUT', path: `${servers}/${id}`, body: { server: {} } },
      { dialect: 'compute', method: 'GET', path: `${servers}/${id}/tags` },
      { dialect: 'compute', method: 'PUT', path: `${servers}/${id}/tags`, body: { tags: [] } },
      { dialect: 'compute', method: 'DELETE', path: `${servers}/${id}/tags` },
      { dialect: 'compute', method: 'GET', path: `${servers}/${id}/tags/tag` },
      { dialect: 'compute', method: 'PUT', path: `${servers}/${id}/tags/tag` },
      { dialect: 'compute', method: 'DELETE', path: `${servers}/${id}/tags/tag` },
      { dialect: 'compute', method: 'GET', path: `${servers}/${id}/os-instance-actions` },
      { dialect: 'compute', method: 'GET', path: `${servers}/${id}/os-instance-actions/req-1` },
      { dialect: 'compute', method: 'GET', path: `/compute/v2.1/flavors/${id}` },
      { dialect: 'compute', method: 'PUT', path: `${services}/${id}`, body: { status: 'enabled' } },
      { dialect: 'compute', method: 'DELETE', path: `${services}/${id}` },
      { dialect: 'alarming', method: 'GET', path: `${alarms}/${id}` },
      { dialect: 'alarming', method: 'PUT', path: `${alarms}/${id}`, body: alarm },
      { dialect: 'alarming', method: 'DELETE', path: `${alarms}/${id}` },
      { dialect: 'alarming', method: 'GET', path: `${alarms}/${id}/state` },
      { dialect: 'alarming', method: 'GET', path: `${alarms}/${id}/history` },
      { dialect: 'alarming', method: 'PUT', path: `${alarms}/${id}/state`, body: '"ok"' },
      { dialect: 'doctor', method: 'GET', path: '/doctor/v1/hosts/unknown' },
      { dialect: 'doctor', method: 'GET', path: `/doctor/v1/servers/${id}` },
      {
        dialect: 'doctor',
        method: 'POST',
        path: `/doctor/v1/servers/${id}/evacuation`,
        body: done,
      },
      { dialect: 'doctor', method: 'GET', path: '/doctor/v1/users/unknown' },
    ] as const;
    for (const { dialect, method, path, ...rest } of calls) {
      const headers = dialect === 'compute' ? { headers: at('2.53') } : {};
      const answer = await admin.call(method, path, { ...headers, ...rest });
      expectStatus(answer, 404);
      expect(answer.body).toEqual(refusals[dialect](404));
    }
    for (const [action, rest] of [
      ['enable', {}],
      ['disable', {}],
      ['disable-log-reason', { disabled_reason: 'why' }],
      ['force-down', { forced_down: true }],
    ] as const) {
      const asked = { headers: at('2.11'), body: { ...by, ...rest } };
      const answer = await admin.call('PUT', `${services}/${action}`, asked);
      expectStatus(answer, 404);
      expect(answer.body).toEqual(refusals.compute(404));
    }
  });

  test.each(['x', '', '9999-99-99', '2099-01-01T00:00:00Z', '%00'])(
    'is not deleted by a report from %j',
    async (when) => {
      const { admin, a } = cloud;
      const id = await newInstance(admin, { project_id: a.projectId, host: await newHost(admin) });
      const path = `/doctor/v1/servers/${id}?reported_at=${when}`;
      await refused(admin, 400, {
        method: 'DELETE',
        dialect: 'doctor',
        path,
        field: 'reported_at',
      });
      expectStatus(await a.call('GET', `/compute/v2.1/servers/${id}`), 200);
    },
  );

  test('of a user, host or server cannot be registered where it is malformed', async () => {
    for (const [path, body] of [
      ['/doctor/v1/hosts/a%20b', { zone: 'nova' }],
      [`/doctor/v1/hosts/${'x'.repeat(256)}`, { zone: 'nova' }],
      ['/doctor/v1/servers/x', instanceBody({ project_id: 'p', host: 'unknown' })],
      ['/doctor/v1/users/a%20b', { password: 'correct horse', projects: [] }],
      ['/doctor/v1/users/.a', { password: 'correct horse', projects: [] }],
    ] as const) {
      const answer = await cloud.admin.call('PUT', path, { body });
      expectStatus(answer, 400);
      expect(answer.body).toEqual(refusals.doctor(400));
    }
  });
});

describe('values that contradict each other', () => {
  test('an instance on a host that is not registered is a 400', async () => {
    const { admin, a } = cloud;
    const id = randomUUID();
    const body = instanceBody({ project_id: a.projectId, host: newName('nowhere') });
    const answer = await admin.call('PUT', `/doctor/v1/servers/${id}`, { body });
    expectStatus(answer, 400);
    expect(answer.body).toEqual(refusals.doctor(400, 'host'));
    expectStatus(await admin.call('GET', `/doctor/v1/servers/${id}`), 404);
  });

  test.each([
    { update: {}, why: 'forced_down' },
    { update: { disabled_reason: 'why' }, why: 'status' },
    { update: { status: 'enabled', disabled_reason: 'why' }, why: 'disabled_reason' },
  ])('an update of a service with $update is a 400', async ({ update, why }) => {
    const asked = { headers: at('2.53'), body: update };
    const answer = await cloud.admin.call('PUT', `${services}/${randomUUID()}`, asked);
    expectStatus(answer, 400);
    expect(answer.body).toEqual(refusals.compute(400, why));
  });

  test('the action force-down is unknown below 2.11, and no id from 2.53 on', async () => {
    const body = { host: 'unknown', binary: 'nova-compute', forced_down: true };
    const path = `${services}/force-down`;
    const early = await cloud.admin.call('PUT', path, { headers: at('2.10'), body });
    expect(early.body).toEqual(refusals.compute(404));
    const late = await cloud.admin.call('PUT', path, {
      ...{ headers: at('2.53'), body: { forced_down: true } },
    });
    expect(late.body).toEqual(refusals.compute(400, 'service_id'));
    const binary = await cloud.admin.call('PUT', path, {
      ...{ headers: at('2.11'), body: { ...body, binary: 'nova-api' } },
    });
    expect(binary.body).toEqual(refusals.compute(400, 'nova-api'));
  });

  test('a service number above all, or below none, is a 404 or a 400', async () => {
    for (const [id, status] of [
      ['99999999', 404],
      ['-1', 400],
      ['1.5', 400],
      ['1e999', 400],
    ] as const) {
      const answer = await cloud.admin.call('DELETE', `${services}/${id}`, { headers: at('2.1') });
      expectStatus(answer, status);
    }
  });

  test('a service whose host has instances is not deleted', async () => {
    const { admin, a } = cloud;
    const host = await newHost(admin);
    await newInstance(admin, { project_id: a.projectId, host });
    const { body } = await admin.expect('GET', `${services}?host=${host}`, { headers: at('2.53') });
    const [{ id }] = Object(body).services;
    const answer = await admin.call('DELETE', `${services}/${id}`, { headers: at('2.53') });
    expectStatus(answer, 409);
    expect(answer.body).toEqual(refusals.compute(409));
    expectStatus(await admin.call('GET', `/doctor/v1/hosts/${host}`), 200);
  });

  test("another project's segment in a path is a 400, one's own is none", async () => {
    const { a, b } = cloud;
    const foreign = await a.call('GET', `/compute/v2.1/${b.projectId}/servers`);
    expect(foreign.body).toEqual(refusals.compute(400, 'project'));
    expectStatus(await a.call('GET', `/compute/v2.1/${a.projectId}/servers`), 200);
  });
});

describe('a microversion header', () => {
  const [standard, legacy] = ['OpenStack-API-Version', 'X-OpenStack-Nova-API-Version'] as const;
  const bad: [number, Record<string, string>][] = [
    ...[
      ...['', '2', '2.', '.53', '02.53', '2.053', '+2.53', '-2.53', '2.53.0', '2,53', '2.5e1'],
      ...['v2.53', '2.53 2.53', '2.x', '\u00e9', '2.\u00b9', '%00', 'newest', '2.53;', '0.0'],
      '9'.repeat(4_000),
    ].map((text): [number, Record<string, string>] => [400, { [standard]: `compute ${text}` }]),
    ...['2.0', '2.95', '2.999', '1.1', '3.0', `2.${'9'.repeat(500)}`, `${'9'.repeat(50)}.1`].map(
      (text): [number, Record<string, string>] => [406, { [standard]: `compute ${text}` }],
    ),
    [400, { [standard]: 'compute 2.53, compute x' }],
    [406, { [standard]: 'compute x, COMPUTE 2.95' }],
    [400, { [legacy]: 'x' }],
    [400, { [legacy]: '2.53, x' }],
    [406, { [legacy]: '2.95' }],
    [406, { [standard]: 'volume 3.50', [legacy]: '2.999' }],
    [400, { [standard]: 'compute x', [legacy]: '2.53' }],
  ];

  test('that names no version is a 400, and one with an unsupported version a 406; nothing changes', async () => {
    const { admin, a } = cloud;
    const host = await newHost(admin);
    const id = await newInstance(admin, { project_id: a.projectId, host });
    const { id: service } = await serviceOf(admin, host);
    const { body: before } = await admin.expect('GET', `${servers}/${id}`);
    const odd: unknown[] = [];
    for (const [status, headers] of bad) {
      for (const [method, path, body] of [
        ['GET', `${servers}/detail`],
        ['PUT', `${services}/${service}`, { forced_down: true }],
        ['PUT', `${hosts}/${host}`, { host: { host_down_reported: true } }],
        ['PUT', `${servers}/${id}`, { server: { name: 'other' } }],
        ['POST', `${servers}/${id}/action`, { 'os-resetState': { state: 'error' } }],
        ['DELETE', `${servers}/${id}`],
      ] as const) {
        const answer = await admin.call(method, path, { headers, ...(body && { body }) });
        const refused = refusals.compute(status);
        try {
          expect(answer).toMatchObject({ status, body: refused });
          expect(answer.headers.get(standard)).toMatch(/^compute \d/);
        } catch {
          odd.push({ method, path, headers, status: answer.status, body: answer.body });
        }
      }
    }
    expect(odd).toEqual([]);
    expect((await admin.expect('GET', `${servers}/${id}`)).body).toEqual(before);
    expect(await serviceOf(admin, host)).toMatchObject({ forced_down: false });
  });

  test.each<[Record<string, string>, string]>([
    [{ [standard]: 'volume x' }, '2.1'],
    [{ [standard]: 'computer 2.53' }, '2.1'],
    [{ [standard]: ',,,' }, '2.1'],
    [{ [standard]: 'compute x, compute 2.53' }, '2.53'],
    [{ [standard]: 'COMPUTE  latest ,' }, '2.94'],
    [{ [legacy]: '2.53' }, '2.53'],
    [{ [standard]: 'compute 2.53', [legacy]: 'x' }, '2.53'],
  ])('%j is answered at %s', async (headers, version) => {
    const answer = await cloud.admin.expect('GET', servers, { headers });
    expect(answer.headers.get(standard)).toBe(`compute ${version}`);
    expect(answer.headers.get(legacy)).toBe(version);
    expect(answer.headers.get('Vary')).toBe(`${standard}, ${legacy}`);
  });
});

describe('the state of an alarm, set by hand', () => {
  test.each(['{', 'nope', 'null', '7', '{}', '[]', '"sleeping"', '""', '"alarm', undefined])(
    'is refused as %s, and stays',
    async (body) => {
      const { a } = cloud;
      const id = await newAlarm(a, eventAlarm(stopped(randomUUID())));
      const path = `${alarms}/${id}/state`;
      const answer = await a.call('PUT', path, body === undefined ? {} : { body });
      expectStatus(answer, 400);
      expect(answer.body).toEqual(refusals.alarming(400));
      expect((await a.expect('GET', path)).body).toBe('insufficient data');
    },
  );
});

describe('a body that is missing', () => {
  test.each([
    { dialect: 'identity', method: 'POST', path: '/identity/v3/auth/tokens', field: 'auth' },
    { dialect: 'compute', method: 'PUT', path: `${services}/enable` },
    { dialect: 'compute', method: 'PUT', path: `${services}/force-down`, version: '2.11' },
    { dialect: 'compute', method: 'PUT', path: `${services}/${randomUUID()}`, version: '2.53' },
    { dialect: 'compute', method: 'POST', path: `${servers}/${randomUUID()}/action` },
    { dialect: 'compute', method: 'POST', path: `${servers}/${randomUUID()}/metadata` },
    { dialect: 'compute', method: 'PUT', path: `${servers}/${randomUUID()}/metadata` },
    { dialect: 'alarming', method: 'POST', path: alarms, field: 'data' },
    { dialect: 'doctor', method: 'PUT', path: '/doctor/v1/hosts/h' },
    { dialect: 'doctor', method: 'PUT', path: `/doctor/v1/servers/${randomUUID()}` },
    { dialect: 'doctor', method: 'PUT', path: '/doctor/v1/users/u' },
    { dialect: 'doctor', method: 'POST', path: `/doctor/v1/servers/${randomUUID()}/evacuation` },
    { dialect: 'doctor', method: 'POST', path: '/doctor/v1/events' },
  ] as const)('is a 400 on $method $path', (asked) =>
    refused(cloud.admin, 400, { version: '2.1', ...asked }),
  );
});
