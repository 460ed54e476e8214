/** The rows of docs/wire/compute.md#libraries on openstacksdk. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Cloud, logins, newHost, newInstance, statesOf } from '../e2e/cloud.ts';
import { openShells, type Shells } from './shells.ts';

let cloud: Cloud;
let host: string;
let server: string;
let shells: Shells;

beforeAll(async () => {
  shells = openShells();
  cloud = await logins();
  host = await newHost(cloud.admin);
  server = await newInstance(cloud.admin, { project_id: cloud.a.projectId, host });
});
afterAll(() => shells?.close());

const service = () => `service = list(conn.compute.services(host='${host}'))[0]`;
const printService = 'print(json.dumps([service.state, service.is_forced_down, service.status]))';

test('a service forces itself down, by host and binary at 2.11', async () => {
  const lines = [
    service(),
    'service.set_forced_down(conn.compute, service.host, service.binary, True)',
    service(),
    printService,
  ];
  expect(await shells.sdk('admin', ...lines)).toEqual(['down', true, 'enabled']);
  expect(await statesOf(cloud.a, server)).toEqual(['stopped', 4, null, 'SHUTOFF']);
});

test('the proxy forces it up by uuid, disables it with a reason and enables it', async () => {
  const lines = [
    service(),
    'service = conn.compute.update_service_forced_down(service, forced=False)',
    'print(json.dumps([service.state, service.is_forced_down, service.status]), end=",")',
    "conn.compute.disable_service(service, disabled_reason='disk')",
    service(),
    'print(json.dumps([service.status, service.disabled_reason]), end=",")',
    'conn.compute.enable_service(service)',
    service(),
    'print(json.dumps([service.status, service.disabled_reason]), end="]")',
  ];
  const answer = await shells.sdk('admin', 'print(end="[")', ...lines);
  expect(answer).toEqual([
    ['up', false, 'enabled'],
    ['disabled', 'disk'],
    ['enabled', null],
  ]);
});

test('servers are listed, shown, stopped and reset', async () => {
  const lines = [
    `servers = conn.compute.servers(all_projects=True, compute_host='${host}')`,
    'ids = [each.id for each in servers]',
    `conn.compute.reset_server_state('${server}', 'active')`,
    `active = conn.compute.get_server('${server}').status`,
    `conn.compute.stop_server('${server}')`,
    `stopped = conn.compute.get_server('${server}')`,
    'print(json.dumps([ids, active, stopped.status, stopped.power_state]))',
  ];
  expect(await shells.sdk('admin', ...lines)).toEqual([[server], 'ACTIVE', 'SHUTOFF', 4]);
});
