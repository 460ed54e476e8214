import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DialectName } from '../../adapters/http/dialects.ts';
import type { Client } from '../stack/stack.ts';
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

let cloud: Cloud;

beforeAll(async () => {
  cloud = await logins();
});

type Case = {
  readonly dialect: DialectName;
  readonly path: string;
  /** Of what the refusal must speak. */
  readonly field?: string;
  readonly version?: string;
};

async function refused(client: Client, status: number, asked: Case & { method?: string }) {
  const { dialect, path, field, version = '2.94', method = 'GET' } = asked;
  const answer = await client.call(
    method,
    path,
    dialect === 'compute' ? { headers: at(version) } : {},
  );
  expectStatus(answer, status);
  expect(answer.body).toEqual(refusals[dialect](status, field));
}

const long = 'x'.repeat(3_000);
/** Filters of servers by how their values are read. */
const exactFilters = [
  ...['user_id', 'project_id', 'tenant_id', 'launch_index', 'image', 'image_ref', 'vm_state'],
  ...['task_state', 'host', 'uuid', 'flavor', 'tags', 'tags-any', 'not-tags', 'not-tags-any'],
];
const patternFilters = [
  ...['kernel_id', 'ramdisk_id', 'hostname', 'key_name', 'power_state', 'node', 'reservation_id'],
  ...['created_at', 'launched_at', 'terminated_at', 'availability_zone', 'name', 'display_name'],
  ...['description', 'display_description', 'locked_by', 'root_device_name', 'config_drive'],
  ...['access_ip_v4', 'access_ip_v6', 'auto_disk_config', 'progress', 'ip', 'ip6'],
];
const servers = '/compute/v2.1/servers';
const services = '/compute/v2.1/os-services';
const hosts = '/compute/v2.1/os-hosts';
const migrations = '/compute/v2.1/os-migrations';
const alarms = '/alarming/v2/alarms';
const faults = '/doctor/v1/faults';
const ports = '/network/v2.0/ports';

describe('a query that asks for', () => {
  const cases: readonly Case[] = [
    ...['-1', 'x', '1.5', '1e3', '99999999999999999999', '%00', ' 1'].map(
      (limit): Case => ({ dialect: 'compute', path: `${servers}?limit=${limit}`, field: 'limit' }),
    ),
    { dialect: 'compute', path: `${servers}?limit=1&limit=x`, field: 'limit' },
    { dialect: 'compute', path: `${servers}/detail?limit=x`, field: 'limit' },
    { dialect: 'compute', path: `${servers}?marker=x`, field: 'marker' },
    { dialect: 'compute', path: `${servers}?marker=${randomUUID()}`, field: 'marker' },
    { dialect: 'compute', path: `${servers}?marker=${long}`, field: 'marker' },
    { dialect: 'compute', path: `${servers}?marker=%00`, field: 'marker' },
    ...['[', '(a', '\\', 'a**', '(?=a)', 'x{1000}', '((x{99}){99}){99}'].map(
      (name): Case => ({
        ...{ dialect: 'compute', path: `${servers}?name=${encodeURIComponent(name)}` },
        field: 'name',
      }),
    ),
    ...[...exactFilters, ...patternFilters].map(
      (field): Case => ({ dialect: 'compute', path: `${servers}?${field}=${long}`, field }),
    ),
    ...patternFilters.map(
      (field): Case => ({ dialect: 'compute', path: `${servers}/detail?${field}=(`, field }),
    ),
    ...['changes-since', 'changes-before'].flatMap((field) =>
      ['x', '2026', '2026-02-30T00:00:00Z', '%00', long].map(
        (time): Case => ({ dialect: 'compute', path: `${servers}?${field}=${time}`, field }),
      ),
    ),
    {
      ...{ dialect: 'compute', field: 'changes-before' },
      path: `${servers}?changes-since=2026-01-02T00:00:00Z&changes-before=2026-01-01T00:00:00Z`,
    },
    ...['perhaps', '2', '%00', long].flatMap((word) =>
      ['all_tenants', 'locked'].map(
        (field): Case => ({ dialect: 'compute', path: `${servers}?${field}=${word}`, field }),
      ),
    ),
    ...['', 'x', 'constructor', 'memory_mb', '%00', long].map(
      (key): Case => ({
        dialect: 'compute',
        path: `${servers}?sort_key=${key}`,
        field: 'sort_key',
      }),
    ),
    ...['', 'up', 'ASC', '%00', 'asc&sort_dir=asc'].map(
      (way): Case => ({
        dialect: 'compute',
        path: `${servers}?sort_dir=${way}`,
        field: 'sort_dir',
      }),
    ),
    { dialect: 'compute', path: `${servers}?metadata=x`, field: 'metadata' },
    { dialect: 'compute', path: `${servers}?_x=x`, field: '_x' },
    { dialect: 'compute', path: `${servers}?__proto__=x`, field: '__proto__' },
    { dialect: 'compute', path: `${servers}?unheard_of=1`, field: 'unheard_of', version: '2.75' },
    { dialect: 'compute', path: `${services}?host=${long}`, field: 'host' },
    ...['-1', 'x', '1.5', '%00', ' 1'].map(
      (limit): Case => ({
        dialect: 'compute',
        path: `${migrations}?limit=${limit}`,
        field: 'limit',
      }),
    ),
    { dialect: 'compute', path: `${migrations}?marker=x`, field: 'x' },
    { dialect: 'compute', path: `${migrations}?marker=${randomUUID()}`, field: 'arker' },
    { dialect: 'compute', path: `${migrations}?marker=${long}`, field: 'marker' },
    { dialect: 'compute', path: `${migrations}?changes-since=now`, field: 'changes-since' },
    { dialect: 'compute', path: `${migrations}?changes-before=${long}`, field: 'changes-before' },
    { dialect: 'compute', path: `${migrations}?unheard_of=1`, field: 'unheard_of' },
    { dialect: 'compute', path: `${migrations}?__proto__=1`, field: '__proto__' },
    ...['host', 'instance_uuid', 'source_compute', 'status', 'migration_type', 'user_id'].map(
      (field): Case => ({ dialect: 'compute', path: `${migrations}?${field}=${long}`, field }),
    ),
    { dialect: 'compute', path: `${services}?binary=${long}`, field: 'binary' },
    { dialect: 'compute', path: `${hosts}?zone=${long}`, field: 'zone', version: '2.1' },
    ...['-1', 'x', '1.5', '99999999999999999999', '%00'].map(
      (limit): Case => ({ dialect: 'alarming', path: `${alarms}?limit=${limit}`, field: 'limit' }),
    ),
    { dialect: 'alarming', path: `${alarms}?limit=1&limit=2`, field: 'limit' },
    { dialect: 'alarming', path: `${alarms}?marker=x`, field: 'marker' },
    { dialect: 'alarming', path: `${alarms}?marker=${randomUUID()}`, field: 'marker' },
    { dialect: 'alarming', path: `${alarms}?marker=${long}`, field: 'marker' },
    { dialect: 'alarming', path: `${alarms}?sort=unheard_of`, field: 'sort' },
    { dialect: 'alarming', path: `${alarms}?sort=name:up`, field: 'sort' },
    { dialect: 'alarming', path: `${alarms}?sort=name:asc:asc`, field: 'sort' },
    { dialect: 'alarming', path: `${alarms}?unheard_of=1`, field: 'unheard_of' },
    { dialect: 'alarming', path: `${alarms}?__proto__=1`, field: '__proto__' },
    { dialect: 'alarming', path: `${alarms}?q=1`, field: 'q' },
    { dialect: 'alarming', path: `${alarms}?q.field=name`, field: 'value' },
    { dialect: 'alarming', path: `${alarms}?q.value=a`, field: 'field' },
    { dialect: 'alarming', path: `${alarms}?q.field=name&q.op=ne&q.value=a`, field: 'op' },
    { dialect: 'alarming', path: `${alarms}?q.field=alarm_id&q.value=a`, field: 'alarm_id' },
    { dialect: 'alarming', path: `${alarms}?q.field=constructor&q.value=a`, field: 'field' },
    { dialect: 'alarming', path: `${alarms}?q.field=enabled&q.value=perhaps`, field: 'enabled' },
    { dialect: 'alarming', path: `${alarms}?q.field=timestamp&q.value=now`, field: 'timestamp' },
    { dialect: 'alarming', path: `${alarms}?q.field=name&q.value=${long}`, field: 'value' },
    { dialect: 'alarming', path: `${alarms}?all_projects=perhaps`, field: 'all_projects' },
    ...[
      ['limit=x', 'limit'],
      ['sort=detail', 'sort'],
      ['unheard_of=1', 'unheard_of'],
      ['q.field=alarm_id&q.value=a', 'alarm_id'],
      ['q.field=type&q.op=lt&q.value=a', 'op'],
      ['q.field=timestamp&q.op=eq&q.value=2026-01-01T00:00:00', 'op'],
      ['q.field=timestamp&q.op=lt&q.value=now', 'timestamp'],
      ['q.field=search_offset&q.value=1', 'search_offset'],
    ].map(
      ([query, field = '']): Case => ({
        ...{ dialect: 'alarming', path: `${alarms}/${randomUUID()}/history?${query}`, field },
      }),
    ),
    {
      dialect: 'alarming',
      path: `/alarming/v2/quotas?project_id=a&project_id=b`,
      field: 'project_id',
    },
    { dialect: 'alarming', path: `/alarming/v2/capabilities?a=1`, field: 'a' },
    { dialect: 'alarming', path: `${alarms}/${randomUUID()}?a=1`, field: 'a' },
    { dialect: 'alarming', path: `${alarms}/${randomUUID()}/state?a=1`, field: 'a' },
    ...['-1', 'x', '1.5', '%00', ' 1'].map(
      (limit): Case => ({ dialect: 'doctor', path: `${faults}?limit=${limit}`, field: 'limit' }),
    ),
    { dialect: 'doctor', path: `${faults}?marker=x`, field: 'marker' },
    { dialect: 'doctor', path: `${faults}?marker=${randomUUID()}`, field: 'marker' },
    { dialect: 'doctor', path: `${faults}?status=closed`, field: 'status' },
    { dialect: 'doctor', path: `${faults}?status=all&status=all`, field: 'status' },
    { dialect: 'doctor', path: `${faults}?since=${long}`, field: 'since' },
    { dialect: 'doctor', path: `${faults}?until=2026-02-30`, field: 'until' },
    { dialect: 'doctor', path: `${faults}?host=%00`, field: 'host' },
    { dialect: 'doctor', path: `${faults}?project_id=${long}`, field: 'project_id' },
    { dialect: 'doctor', path: `${faults}?__proto__=1`, field: '__proto__' },
    ...['-1', 'x', '1.5', '%00', '1e3'].map(
      (limit): Case => ({ dialect: 'network', path: `${ports}?limit=${limit}` }),
    ),
    ...['unheard_of=1', '__proto__=1', 'created_at=x', 'fixed_ips=x', 'dp_down=maybe'].map(
      (query): Case => ({ dialect: 'network', path: `${ports}?${query}` }),
    ),
    ...['sort_key=id', 'sort_key=x&sort_dir=asc', 'sort_key=id&sort_dir=up'].map(
      (query): Case => ({ dialect: 'network', path: `${ports}?${query}` }),
    ),
    { dialect: 'network', path: '/network/v2.0/networks?unheard_of=1' },
  ];
  test.each(cases)('$path is refused', (asked) => refused(cloud.admin, 400, asked));

  test.each([
    `${servers}?limit=0`,
    `${servers}?marker=`,
    `${servers}?host=&name=&uuid=`,
    `${servers}?unheard_of=1`,
    `${servers}?deleted=perhaps&soft_deleted=%00&status=`,
    `${servers}?sort_key=memory_mb&sort_key=uuid&sort_dir=asc`,
    `${servers}?name=%F0%9F%98%80&uuid=%00&host=%00&status=%00`,
    `${servers}?name=${encodeURIComponent('a*a*a*a*b|a{|]')}`,
    `${services}?host=&binary=`,
    `${services}?host=%00`,
    `${services}?host=nobody&binary=nova-compute`,
    `${services}?binary=nova-api`,
    `${migrations}?limit=x&marker=x&unheard_of=1`,
    `${migrations}?host=%00&instance_uuid=%00`,
    `${migrations}?status=%00&hidden=1&migration_type=resize`,
    `${migrations}?source_compute=%23`,
    `${hosts}?zone=`,
    `${hosts}?zone=%00`,
    `${alarms}?limit=0`,
    `${alarms}?q.field=name&q.value=`,
    `${alarms}?q.field=name&q.value=%00`,
    `${alarms}?q.field=project_id&q.value=`,
    ...['id', 'name', 'description', 'network_id', 'project_id', 'tenant_id', 'status'].flatMap(
      (name) => [`${ports}?${name}=`, `${ports}?${name}=%00`, `${ports}?${name}=${long}`],
    ),
    ...['data_plane_status', 'device_id', 'device_owner', 'mac_address', 'security_groups'].flatMap(
      (name) => [`${ports}?${name}=`, `${ports}?${name}=%00`, `${ports}?${name}=${long}`],
    ),
    ...['binding%3Ahost_id', 'revision_number', 'tags', 'tags-any', 'not-tags-any'].flatMap(
      (name) => [`${ports}?${name}=`, `${ports}?${name}=%00`, `${ports}?${name}=${long}`],
    ),
    `${ports}?fields=&fields=%00&fields=${long}`,
    `${ports}?marker=x&page_reverse=perhaps&limit=0`,
    `${ports}?limit=${'9'.repeat(500)}`,
  ])('%s is answered', async (path) => {
    expectStatus(await cloud.admin.call('GET', path, { headers: at('2.1') }), 200);
  });
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

  test.each(resources)('of no possible thing is a 400 or 404 below $prefix', async (resource) => {
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
    const by = { host: 'nobody', binary: 'nova-compute' };
    const alarm = eventAlarm([]);
    const metadata = { metadata: { key: 'value' } };
    const done = { status: 'done' };
    const item = { meta: { key: 'value' } };
    const calls = [
      { dialect: 'compute', method: 'GET', path: `${servers}/${id}` },
      { dialect: 'compute', method: 'DELETE', path: `${servers}/${id}` },
      ...[
        ...[{ 'os-stop': null }, { 'os-start': null }, { 'os-resetState': { state: 'error' } }],
        ...[{ evacuate: {} }, { evacuate: { host: 'nobody' } }],
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
      { dialect: 'doctor', method: 'GET', path: '/doctor/v1/hosts/nobody' },
      { dialect: 'doctor', method: 'GET', path: `/doctor/v1/servers/${id}` },
      {
        dialect: 'doctor',
        method: 'POST',
        path: `/doctor/v1/servers/${id}/evacuation`,
        body: done,
      },
      { dialect: 'doctor', method: 'GET', path: '/doctor/v1/users/nobody' },
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
      ['/doctor/v1/servers/x', instanceBody({ project_id: 'p', host: 'nobody' })],
      ['/doctor/v1/users/a%20b', { password: 'correct horse', projects: [] }],
      ['/doctor/v1/users/.a', { password: 'correct horse', projects: [] }],
    ] as const) {
      const answer = await cloud.admin.call('PUT', path, { body });
      expectStatus(answer, 400);
      expect(answer.body).toEqual(refusals.doctor(400));
    }
  });
});

describe('what makes no sense together', () => {
  test('an instance on a host that nobody registered is a 400', async () => {
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
    const body = { host: 'nobody', binary: 'nova-compute', forced_down: true };
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

  test('that names no version is a 400, one that is not offered a 406, and nothing changes', async () => {
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
