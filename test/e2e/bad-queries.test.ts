/** Bad queries. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, test } from 'vitest';
import { at, type Cloud, expectStatus, logins } from './cloud.ts';
import {
  alarms,
  type Case,
  faults,
  hosts,
  long,
  migrations,
  ports,
  refused,
  servers,
  services,
} from './refusing.ts';

let cloud: Cloud;

beforeAll(async () => {
  cloud = await logins();
});

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
    `${services}?host=unknown&binary=nova-compute`,
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
