/** All spellings of a host's name are the same host. Decision: docs/adr/0025. */
import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { at, type Cloud, expectStatus, logins, newInstance, newName, statesOf } from './cloud.ts';

let cloud: Cloud;
const host = newName('Cmp').replace('cmp', 'Cmp');
const other = host.toUpperCase();
let server: string;

beforeAll(async () => {
  cloud = await logins();
  await cloud.admin.expect('PUT', `/doctor/v1/hosts/${host}`, { body: { zone: 'nova' } });
  server = await newInstance(cloud.admin, { project_id: cloud.a.projectId, host: other });
});

test('a host is registered once, in any spelling', async () => {
  const again = await cloud.admin.call('PUT', `/doctor/v1/hosts/${other}`, { body: {} });
  expectStatus(again, 200);
  expect(again.body).toMatchObject({ host: { host } });
  const { body } = await cloud.admin.expect('GET', `/doctor/v1/servers/${server}`);
  expect(body).toMatchObject({ server: { host, locked: false, locked_by: null } });
});

test('a report and a heartbeat find it in any spelling', async () => {
  const beat = `/doctor/v1/hosts/${other}/heartbeat`;
  expectStatus(await cloud.admin.call('POST', beat, { body: { restarted: true } }), 204);
  const body = { host: other, binary: 'nova-compute', forced_down: true };
  const path = '/compute/v2.1/os-services/force-down';
  const answer = await cloud.admin.call('PUT', path, { body, headers: at('2.11') });
  expectStatus(answer, 200);
  expect(answer.body).toMatchObject({ service: { host } });
  expect(await statesOf(cloud.a, server)).toEqual(['stopped', 4, null, 'SHUTOFF']);
  const faults = await cloud.admin.expect('GET', `/doctor/v1/faults?host=${other}`);
  expect(faults.body).toMatchObject({ faults: [{ host }] });
  const listed = `/compute/v2.1/servers?all_tenants=1&host=${other}`;
  const { body: servers } = await cloud.admin.expect('GET', listed);
  expect(servers).toMatchObject({ servers: [{ id: server }] });
});

test('a report on its ports includes ports that spell its name in another way', async () => {
  const id = randomUUID();
  const port = { id, network_id: randomUUID(), 'binding:host_id': host.toLowerCase() };
  await cloud.admin.expect('POST', '/network/v2.0/ports', { body: { port } });
  const path = `/doctor/v1/hosts/${other}/data-plane-status`;
  const body = { data_plane_status: 'DOWN' };
  const report = await cloud.admin.expect('PUT', path, { body });
  expect(report.body).toMatchObject({ host, ports: 1, ports_changed: 1 });
  const list = `/network/v2.0/ports?binding%3Ahost_id=${other}`;
  const { body: ports } = await cloud.admin.expect('GET', list);
  expect(ports).toMatchObject({
    ports: [{ id, 'binding:host_id': host.toLowerCase(), data_plane_status: 'DOWN' }],
  });
});
