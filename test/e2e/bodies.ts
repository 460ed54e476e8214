/** The routes that take a body, each with a good one. */

import { randomUUID } from 'node:crypto';
import type { Client } from '../stack/stack.ts';
import type { Target, targetNames } from './body-target.ts';
import {
  eventAlarm,
  instanceBody,
  newAlarm,
  newHost,
  newInstance,
  newName,
  serviceOf,
  stopped,
} from './cloud.ts';

/** A password may be of any length. Source: nova `api/validation/parameter_types.py`. */
const anyPassword = 'evacuate.adminPass is "@huge@"';

/** The routes with what they need: a host, a server, an alarm and more, made by an administrator. */
export async function targetsOf(admin: Client): Promise<Map<string, Target>> {
  const host = await newHost(admin);
  const id = await newInstance(admin, { project_id: admin.projectId, host });
  const alarm = await newAlarm(admin, eventAlarm(stopped(id)));
  const service = await serviceOf(admin, host);
  const user = newName('user');
  const by = { host, binary: 'nova-compute' };
  const port = randomUUID();
  const network_id = randomUUID();
  const portBody = {
    ...{ name: 'n', description: 'text', admin_state_up: true, device_id: id },
    ...{ device_owner: 'compute:nova', mac_address: 'fa:16:3e:00:00:01' },
    fixed_ips: [{ ip_address: '10.0.0.1', subnet_id: randomUUID() }],
    ...{ security_groups: [randomUUID()], 'binding:host_id': host },
    ...{ 'binding:vnic_type': 'normal', 'binding:profile': {} },
  };
  const ports = '/network/v2.0/ports';
  await admin.expect('POST', ports, { body: { port: { id: port, network_id } } });
  const [networks, network] = ['/network/v2.0/networks', randomUUID()];
  await admin.expect('POST', networks, { body: { network: { id: network } } });
  const newPort = () => ({
    ...portBody,
    ...{ id: randomUUID(), network_id: randomUUID(), project_id: admin.projectId },
  });
  const services = '/compute/v2.1/os-services';
  const server = `/compute/v2.1/servers/${id}`;
  // Not the service: while it is up, its `updated_at` is always the time of the request.
  const shownService = `/doctor/v1/hosts/${host}`;
  const moment = '2026-01-01T00:00:00';
  const now = new Date().toISOString();
  const alarmBody = {
    ...eventAlarm(stopped(id), { resource_id: id, description: 'text', enabled: true }),
    event_rule: {
      ...eventAlarm(stopped(id)).event_rule,
      clear: eventAlarm([{ field: 'traits.state', value: 'active' }]).event_rule,
    },
    ...{ ok_actions: ['https://a.test/'], alarm_actions: [], insufficient_data_actions: [] },
    ...{ repeat_actions: true, state: 'ok', timestamp: moment, state_timestamp: moment },
    ...{ project_id: admin.projectId, user_id: 'user-1', alarm_id: alarm },
    time_constraints: [
      { name: 'n', start: '0 0 * * *', duration: 60, timezone: 'UTC', description: 'text' },
    ],
  };
  const rule = eventAlarm([{ field: 'traits.state', value: 'error' }]).event_rule;
  const flavor = {
    ...{ id: '1', original_name: 'small', vcpus: 1, ram: 512, disk: 1, ephemeral: 0, swap: 0 },
    extra_specs: { a: 'b' },
  };
  const quotaProject = newName('project');
  const address = { addr: '10.0.0.1', version: 4 };
  return new Map<(typeof targetNames)[number], Target>([
    [
      'a login',
      {
        ...{ dialect: 'identity', method: 'POST', path: '/identity/v3/auth/tokens' },
        good: {
          auth: {
            identity: {
              methods: ['password'],
              password: { user: { name: 'x', domain: { name: 'Default' }, password: 'wrong' } },
            },
            scope: { project: { name: 'x', domain: { id: 'default' } } },
          },
        },
      },
    ],
    [
      'force-down',
      {
        ...{ dialect: 'compute', method: 'PUT', path: `${services}/force-down`, version: '2.11' },
        ...{ good: { ...by, forced_down: true }, shown: shownService },
      },
    ],
    [
      'the reason of a disabling',
      {
        ...{ dialect: 'compute', method: 'PUT', path: `${services}/disable-log-reason` },
        ...{ good: { ...by, disabled_reason: 'why' }, shown: shownService },
      },
    ],
    [
      'an update of a service',
      {
        ...{ dialect: 'compute', method: 'PUT', path: `${services}/${service.id}` },
        ...{ version: '2.53', shown: shownService },
        good: { status: 'disabled', disabled_reason: 'why', forced_down: true },
      },
    ],
    [
      'an update of a host',
      {
        ...{ dialect: 'compute', method: 'PUT', path: `/compute/v2.1/os-hosts/${host}` },
        ...{ version: '2.42', shown: `/doctor/v1/hosts/${host}` },
        good: { status: 'disable', maintenance_mode: 'enable', host_down_reported: true },
      },
    ],
    [
      'a report of a host’s fault',
      {
        ...{ dialect: 'compute', method: 'PUT', path: `/compute/v2.1/os-hosts/${host}` },
        ...{ version: '2.1', shown: `/doctor/v1/hosts/${host}` },
        good: {
          host: { status: 'Disable', maintenance_mode: 'ENABLE', host_down_reported: true },
        },
      },
    ],
    [
      'an action on a server',
      {
        ...{ dialect: 'compute', method: 'POST', path: `${server}/action`, shown: server },
        good: { 'os-resetState': { state: 'error' } },
      },
    ],
    [
      'an evacuation',
      {
        ...{ dialect: 'compute', method: 'POST', path: `${server}/action`, shown: server },
        ...{ version: '2.29', good: { evacuate: { host, adminPass: 'secret', force: true } } },
        allowed: [anyPassword],
      },
    ],
    [
      'an evacuation before 2.14',
      {
        ...{ dialect: 'compute', method: 'POST', path: `${server}/action`, shown: server },
        good: { evacuate: { host, adminPass: 'secret', onSharedStorage: false } },
        allowed: [anyPassword],
      },
    ],
    [
      'the end of an evacuation',
      {
        ...{ dialect: 'doctor', method: 'POST', path: `/doctor/v1/servers/${id}/evacuation` },
        ...{ shown: `/doctor/v1/servers/${id}` },
        good: { status: 'done', migration_uuid: randomUUID() },
      },
    ],
    [
      'metadata that is added',
      {
        ...{ dialect: 'compute', method: 'POST', path: `${server}/metadata`, shown: server },
        good: { metadata: { key: 'value' } },
      },
    ],
    [
      'metadata that replaces',
      {
        ...{ dialect: 'compute', method: 'PUT', path: `${server}/metadata`, shown: server },
        good: { metadata: { key: 'value' } },
      },
    ],
    [
      'an item of metadata',
      {
        ...{ dialect: 'compute', method: 'PUT', path: `${server}/metadata/key`, shown: server },
        good: { meta: { key: 'value' } },
      },
    ],
    [
      'tags',
      {
        ...{ dialect: 'compute', method: 'PUT', path: `${server}/tags`, shown: server },
        ...{ version: '2.26', good: { tags: ['tag'] } },
      },
    ],
    [
      'an update of a server',
      {
        ...{ dialect: 'compute', method: 'PUT', path: server, shown: server, version: '2.19' },
        good: {
          server: {
            ...{ name: 'name', description: 'text', 'OS-DCF:diskConfig': 'AUTO' },
            ...{ accessIPv4: '192.0.2.1', accessIPv6: '2001:db8::1' },
          },
        },
      },
    ],
    [
      'an update of a server’s host name',
      {
        ...{ dialect: 'compute', method: 'PUT', path: server, shown: server, version: '2.94' },
        good: { server: { hostname: 'name.example' } },
      },
    ],
    [
      'a new alarm',
      {
        ...{ dialect: 'alarming', method: 'POST', path: '/alarming/v2/alarms', good: alarmBody },
        shown: '/alarming/v2/alarms',
      },
    ],
    [
      'an alarm in the other spelling',
      {
        ...{ dialect: 'alarming', method: 'POST', path: '/alarming/v2/alarms' },
        good: {
          ...{ name: 'n', type: 'notification', resource_id: id, notification_rule: rule },
          ...{ event_rule: rule, severity: 'low', evaluate_timestamp: moment },
        },
        shown: '/alarming/v2/alarms',
      },
    ],
    [
      'a replaced alarm',
      {
        ...{ dialect: 'alarming', method: 'PUT', path: `/alarming/v2/alarms/${alarm}` },
        ...{ good: alarmBody, shown: `/alarming/v2/alarms/${alarm}` },
      },
    ],
    [
      'a query of alarms',
      {
        ...{ dialect: 'alarming', method: 'POST', path: '/alarming/v2/query/alarms' },
        good: { filter: '{"=":{"name":"a"}}', orderby: '[{"name":"asc"}]', limit: 1 },
      },
    ],
    [
      'a query of the history',
      {
        ...{ dialect: 'alarming', method: 'POST', path: '/alarming/v2/query/alarms/history' },
        good: { filter: '{"=":{"type":"creation"}}', orderby: '[{"type":"asc"}]', limit: 1 },
      },
    ],
    [
      'a quota',
      {
        ...{ dialect: 'alarming', method: 'POST', path: '/alarming/v2/quotas' },
        ...{ shown: `/alarming/v2/quotas?project_id=${quotaProject}` },
        good: { project_id: quotaProject, quotas: [{ resource: 'alarms', limit: 3 }] },
        allowed: ['quotas.0.limit is -1'],
      },
    ],
    [
      'a host',
      {
        ...{ dialect: 'doctor', method: 'PUT', path: `/doctor/v1/hosts/${host}` },
        shown: `/doctor/v1/hosts/${host}`,
        good: {
          ...{ zone: 'other', heartbeat: false, hypervisor_type: 'QEMU', hypervisor_version: 8 },
          ...{ host_ip: '10.0.0.1', vcpus: 1, memory_mb: 2, local_gb: 3 },
          reported_at: now,
        },
      },
    ],
    [
      'a heartbeat',
      {
        ...{ dialect: 'doctor', method: 'POST', path: `/doctor/v1/hosts/${host}/heartbeat` },
        ...{ shown: `/doctor/v1/hosts/${host}`, good: { restarted: true } },
      },
    ],
    [
      'heartbeats of many hosts',
      {
        ...{ dialect: 'doctor', method: 'POST', path: '/doctor/v1/heartbeats' },
        ...{ shown: `/doctor/v1/hosts/${host}`, good: { heartbeats: [host] } },
      },
    ],
    [
      'an instance',
      {
        ...{ dialect: 'doctor', method: 'PUT', path: `/doctor/v1/servers/${id}` },
        shown: `/doctor/v1/servers/${id}`,
        good: {
          ...instanceBody({ project_id: admin.projectId, host, flavor, task_state: 'rebooting' }),
          ...{ power_state: 1, image_id: randomUUID(), availability_zone: 'nova' },
          ...{ addresses: { net: [address] }, metadata: { key: 'value' } },
          ...{ created: moment, launched_at: moment, reported_at: now },
        },
      },
    ],
    [
      'a user',
      {
        ...{ dialect: 'doctor', method: 'PUT', path: `/doctor/v1/users/${user}` },
        ...{ shown: `/doctor/v1/users/${user}` },
        good: { password: 'correct horse', projects: [{ name: 'p', roles: ['reader'] }] },
      },
    ],
    [
      'a subscription',
      {
        ...{ dialect: 'doctor', method: 'POST', path: '/doctor/v1/subscriptions' },
        shown: '/doctor/v1/subscriptions',
        good: {
          protocol: 'sqs',
          endpoint: `arn:aws:sqs:us-east-1:000000000000:${user}`,
          filter: { alarm_id: [alarm], resource_id: [id], severity: ['low'], current: ['ok'] },
          ...{ all_projects: false, raw_message_delivery: true },
        },
      },
    ],
    [
      'a report on a host’s ports',
      {
        ...{ dialect: 'doctor', method: 'PUT', path: `/doctor/v1/hosts/${host}/data-plane-status` },
        ...{ shown: `/doctor/v1/faults?host=${host}`, good: { data_plane_status: 'DOWN' } },
      },
    ],
    [
      'a new port',
      {
        ...{ dialect: 'network', method: 'POST', path: ports, good: { port: newPort() } },
        shown: `${ports}?project_id=${admin.projectId}&fields=id`,
      },
    ],
    [
      'several new ports',
      {
        ...{ dialect: 'network', method: 'POST', path: ports, good: { ports: [newPort()] } },
        shown: `${ports}?project_id=${admin.projectId}&fields=id`,
      },
    ],
    [
      'an update of a port',
      {
        ...{
          dialect: 'network',
          method: 'PUT',
          path: `${ports}/${port}`,
          shown: `${ports}/${port}`,
        },
        good: {
          port: { ...portBody, status: 'ACTIVE', data_plane_status: 'DOWN', dp_down: true },
        },
      },
    ],
    [
      'tags of a port',
      {
        ...{ dialect: 'network', method: 'PUT', path: `${ports}/${port}/tags` },
        ...{ shown: `${ports}/${port}`, good: { tags: ['a'] } },
      },
    ],
    [
      'an update of a network',
      {
        ...{ dialect: 'network', method: 'PUT', path: `${networks}/${network}` },
        shown: `${networks}/${network}`,
        good: { network: { name: 'n', description: 'd', admin_state_up: true } },
      },
    ],
    [
      'tags of a network',
      {
        ...{ dialect: 'network', method: 'PUT', path: `${networks}/${network}/tags` },
        ...{ shown: `${networks}/${network}`, good: { tags: ['a'] } },
      },
    ],
    [
      'a network',
      {
        ...{ dialect: 'network', method: 'POST', path: networks },
        shown: `${networks}?fields=id`,
        good: {
          network: {
            ...{ id: randomUUID(), name: 'n', project_id: admin.projectId, admin_state_up: true },
          },
        },
      },
    ],
    [
      'a notification of masakari-monitors',
      {
        ...{ dialect: 'instance-ha', method: 'POST', path: '/instance-ha/v1/notifications' },
        ...{ shown: `/doctor/v1/hosts/${host}` },
        good: {
          notification: {
            ...{ type: 'COMPUTE_HOST', hostname: host, generated_time: moment },
            payload: { event: 'STOPPED', cluster_status: 'OFFLINE', host_status: 'NORMAL' },
          },
        },
      },
    ],
  ]);
}
