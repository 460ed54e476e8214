import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Client, login } from '../../scripts/stack/api.ts';
import { apiUrl, subscribe, subscribeToEvents } from '../stack/stack.ts';
import {
  type Cloud,
  expectStatus,
  logins,
  newHost,
  newInstance,
  newName,
  serverOf,
  serviceOf,
} from './cloud.ts';
import { type Inbox, inboxOf } from './inbox.ts';
import { listed, newPort, portOf, ports, putPort, reportHost, toggleAlarm } from './ports.ts';

let cloud: Cloud;
/** The user that reports data planes, in a separate project. */
let sdn: Client;
let inbox: Inbox;
let audit: Inbox;

beforeAll(async () => {
  cloud = await logins();
  const name = newName('sdn');
  const password = 'correct horse';
  const projects = [{ name: newName('controller'), roles: ['data_plane_integrator'] }];
  await cloud.admin.expect('PUT', `/doctor/v1/users/${name}`, { body: { password, projects } });
  sdn = await login(apiUrl(), { username: name, password, project: projects[0]?.name ?? '' });
  inbox = inboxOf(await subscribe({ project_id: [cloud.a.projectId] }));
  audit = inboxOf(await subscribeToEvents());
});

afterAll(async () => {
  await Promise.all([inbox.close(), audit.close()]);
});

test('the port’s owner is notified of a toggle by a controller, by port and by server, at once', async () => {
  const { admin, a, b } = cloud;
  const host = await newHost(admin);
  const server = await newInstance(admin, { project_id: a.projectId, host });
  const bound = { device_id: server, device_owner: 'compute:nova', 'binding:host_id': host };
  const id = await newPort(admin, { ...bound, project_id: a.projectId });
  const byPort = await toggleAlarm(a, { resource_id: id, data_plane_status: 'DOWN' });
  const byServer = await toggleAlarm(a, { instance_id: server, dp_down: 'True' });
  const foreign = await toggleAlarm(b, { resource_id: id });
  const before = await serverOf(admin, server);
  const service = await serviceOf(admin, host);

  expect((await putPort(sdn, id, { dp_down: 'true' })).body).toMatchObject({
    port: { data_plane_status: 'DOWN', status: 'DOWN', 'binding:host_id': host },
  });
  const [received] = await inbox.until(byPort);
  expect(received?.body).toMatchObject({
    ...{ event_type: 'port.data_plane_status.update', resource_id: id, current: 'alarm' },
    ...{ project_id: a.projectId, fault_id: null },
  });
  await inbox.until(byServer);
  expect(JSON.stringify(received?.body)).not.toContain(host);
  expect(inbox.of(foreign)).toEqual([]);
  const shown = await portOf(a, id);
  expect(shown).toMatchObject({ dp_down: true, revision_number: 2, admin_state_up: true });
  expect(shown).not.toHaveProperty('binding:host_id');
  // Nothing else has changed.
  expect(await serverOf(admin, server)).toEqual(before);
  expect(await serviceOf(admin, host)).toEqual({ ...service, updated_at: expect.any(String) });

  // Repeated and refused reports send no notification.
  expectStatus(await putPort(admin, id, { data_plane_status: 'DOWN' }), 200);
  expectStatus(await putPort(a, id, { dp_down: false }), 403);
  expectStatus(await putPort(b, id, { dp_down: false }), 404);
  expectStatus(await putPort(sdn, id, { status: 'ERROR', data_plane_status: 'ACTIVE' }), 200);
  await audit.untilSome(
    ({ body }) => body.event_type === 'port.status.update' && idIn(body) === id,
  );
  await audit.untilSome(({ body }) => toggleOf(body, id) === 'ACTIVE');
  const toggles = audit.all().flatMap(({ body }) => toggleOf(body, id) ?? []);
  expect(toggles).toEqual(['DOWN', 'ACTIVE']);
  expect(inbox.of(byPort)).toHaveLength(1);
});

const Event = z.looseObject({
  event_type: z.string(),
  traits: z.array(z.tuple([z.string(), z.int(), z.unknown()])),
});

const traitOf = (body: unknown, name: string): unknown =>
  Event.parse(body).traits.find(([given]) => given === name)?.[2];
const idIn = (body: unknown): unknown => traitOf(body, 'resource_id');
/** The new status, if the event is a toggle of this port's data plane. */
const toggleOf = (body: unknown, id: string): unknown =>
  Event.parse(body).event_type === 'port.data_plane_status.update' && idIn(body) === id
    ? traitOf(body, 'data_plane_status')
    : undefined;

describe('a report on all ports of a host', () => {
  test('takes the ports down, is a fault until it is cleared, and notifies each owner once', async () => {
    const { admin, a, b } = cloud;
    const host = await newHost(admin);
    const bound = { 'binding:host_id': host };
    const mine = await newPort(admin, { ...bound, project_id: a.projectId });
    const other = await newPort(admin, { ...bound, project_id: b.projectId });
    const elsewhere = await newPort(admin, { project_id: a.projectId });
    const alarm = await toggleAlarm(a, { resource_id: mine });

    const { body } = await reportHost(sdn, host, 'DOWN');
    const { fault_id } = z.looseObject({ fault_id: z.uuid() }).parse(body);
    expect(body).toEqual({
      ...{ host, data_plane_status: 'DOWN', fault_id, ports: 2, ports_changed: 2 },
    });
    expect(await portOf(a, mine)).toMatchObject({ dp_down: true, status: 'DOWN' });
    expect(await portOf(b, other)).toMatchObject({ dp_down: true });
    expect(await portOf(a, elsewhere)).toMatchObject({ dp_down: false });
    expect((await inbox.until(alarm))[0]?.body).toMatchObject({ fault_id, resource_id: mine });

    const { body: again } = await reportHost(admin, host, 'DOWN');
    expect(again).toMatchObject({ fault_id, ports: 2, ports_changed: 0 });

    const faults = await admin.expect('GET', `/doctor/v1/faults?host=${host}`);
    expect(faults.body).toMatchObject({ faults: [{ fault_id, kind: 'data_plane', host }] });
    await expect
      .poll(async () => (await a.expect('GET', `/doctor/v1/faults/${fault_id}`)).body)
      .toMatchObject({ fault: { ports_affected: 1, ports: [{ id: mine }], status: 'open' } });
    const { body: seen } = await a.expect('GET', `/doctor/v1/faults/${fault_id}`);
    expect(JSON.stringify(seen)).not.toContain(host);

    expectStatus(await reportHost(sdn, host, null), 200);
    expect(await portOf(a, mine)).toMatchObject({ dp_down: false, data_plane_status: null });
    const { body: closed } = await admin.expect('GET', `/doctor/v1/faults/${fault_id}`);
    expect(closed).toMatchObject({ fault: { status: 'cleared', ports_affected: 2 } });
    expect(await inbox.until(alarm, 2)).toHaveLength(2);
  });

  test('applies to ports that come to the host, and no longer to ports that leave it', async () => {
    const { admin, a } = cloud;
    const [failed, good] = [await newHost(admin), newName('good')];
    const given = { project_id: a.projectId, 'binding:host_id': failed };
    const first = await newPort(admin, given);
    const alarm = await toggleAlarm(a, { resource_id: first });
    const { body } = await reportHost(sdn, failed, 'DOWN');
    const { fault_id } = z.looseObject({ fault_id: z.uuid() }).parse(body);
    expectStatus(await putPort(admin, first, { 'binding:host_id': good }), 200);
    const second = await newPort(admin, given);
    expect(await portOf(a, first)).toMatchObject({ data_plane_status: null, dp_down: false });
    expect(await portOf(a, second)).toMatchObject({ data_plane_status: 'DOWN', dp_down: true });
    await expect
      .poll(async () => (await a.expect('GET', `/doctor/v1/faults/${fault_id}`)).body)
      .toMatchObject({ fault: { ports_affected: 2 } });

    expect((await reportHost(sdn, failed, 'ACTIVE')).body).toMatchObject({ ports: 1 });
    expect(await portOf(a, first)).toMatchObject({ data_plane_status: null, revision_number: 3 });
    expect(await portOf(a, second)).toMatchObject({ data_plane_status: 'ACTIVE' });
    // Down while it was on the old host, and then moved to the other one.
    const received = await inbox.until(alarm, 2);
    expect(received).toHaveLength(2);
    expect(JSON.stringify(received)).not.toMatch(new RegExp(`${failed}|${good}`));
  });

  test('is a 403 to tenants and services, a 404 of an unknown host', async () => {
    const { admin, a } = cloud;
    expectStatus(await reportHost(a, 'anything', 'DOWN'), 403);
    expectStatus(await reportHost(admin, newName('nowhere'), 'DOWN'), 404);
  });
});

describe('lists', () => {
  test('follow their links, keep their filters, and show tenants their own', async () => {
    const { admin, a, b } = cloud;
    const [name, host] = [newName('p'), newName('h')];
    const network_id = randomUUID();
    const given = { network_id, name, project_id: a.projectId, 'binding:host_id': host };
    const { body } = await admin.expect('POST', ports, {
      body: { ports: Array.from({ length: 5 }, () => given) },
    });
    const made = z.object({ ports: z.array(z.looseObject({ id: z.string() })) }).parse(body);
    const ids = made.ports.map(({ id }) => id).sort();
    expect(await listed(a, `?name=${name}`)).toEqual(ids);
    expect(await listed(admin, `?binding%3Ahost_id=${host}&name=${name}`)).toEqual(ids);
    expect(await listed(a, `?binding%3Ahost_id=${host}`)).toEqual([]);
    expect(await listed(b, `?name=${name}`)).toEqual([]);
    const [first = '', second = ''] = ids;
    expect(await listed(a, `?id=${first}&id=${second}&id=x`)).toEqual([first, second]);

    const seen: string[] = [];
    let path = `${ports}?name=${name}&limit=2&sort_key=name&sort_dir=desc`;
    for (let pages = 0; path !== '' && pages < 5; pages++) {
      const page = Page.parse((await a.expect('GET', path)).body);
      seen.push(...page.ports.map(({ id }) => id));
      const next = page.ports_links.find(({ rel }) => rel === 'next')?.href ?? '';
      path = next.replace(apiUrl(), '');
    }
    expect(seen).toEqual(ids);
  });

  test('a port is found by a name that it has just got, with its present state', async () => {
    const { a } = cloud;
    const id = await newPort(a);
    const name = newName('fresh');
    expectStatus(await putPort(a, id, { name }), 200);
    expect(await listed(a, `?name=${name}`)).toEqual([id]);
    expectStatus(await a.call('GET', `${ports}/${name}`), 404);
  });
});

const Page = z.object({
  ports: z.array(z.looseObject({ id: z.string() })),
  ports_links: z.array(z.object({ rel: z.string(), href: z.string() })),
});

test('a list of ports is made whole or not at all', async () => {
  const { a } = cloud;
  const network_id = randomUUID();
  const mac_address = 'fa:16:3e:12:34:56';
  const some = (count: number, more: object[] = []) => ({
    body: { ports: [...Array.from({ length: count }, () => ({ network_id })), ...more] },
  });
  const hundred = some(99, [{ network_id, mac_address }]);
  expectStatus(await a.call('POST', ports, hundred), 201);
  expect(await listed(a, `?network_id=${network_id}`)).toHaveLength(100);
  for (const count of [1, 99]) {
    const refused = await a.call('POST', ports, some(count, [{ network_id, mac_address }]));
    expectStatus(refused, 409);
    expect(refused.body).toMatchObject({ NeutronError: { type: 'MacAddressInUse' } });
  }
  expect(await listed(a, `?network_id=${network_id}`)).toHaveLength(100);
  const [holder = ''] = await listed(a, `?network_id=${network_id}&mac_address=${mac_address}`);
  expectStatus(await a.call('DELETE', `${ports}/${holder}`), 204);
  expectStatus(await a.call('POST', ports, some(0, [{ network_id, mac_address }])), 201);
});

test('an id that is taken is a 409; that of a port that was deleted is free', async () => {
  const { admin } = cloud;
  const id = await newPort(admin, { id: randomUUID() });
  const again = { body: { port: { id, network_id: randomUUID() } } };
  expectStatus(await admin.call('POST', ports, again), 409);
  expectStatus(await admin.call('DELETE', `${ports}/${id}`), 204);
  expectStatus(await admin.call('POST', ports, again), 201);
});

test('a MAC address is taken by a change of a port, too', async () => {
  const { admin } = cloud;
  const network_id = randomUUID();
  const [mac, free] = ['fa:16:3e:00:00:01', 'fa:16:3e:00:00:02'];
  const id = await newPort(admin, { network_id, mac_address: mac });
  const other = await newPort(admin, { network_id });
  expectStatus(await putPort(admin, other, { mac_address: mac }), 409);
  expectStatus(await putPort(admin, id, { mac_address: free }), 200);
  expectStatus(await putPort(admin, other, { mac_address: mac }), 200);
});

test('If-Match prevents a change of a port that was changed since', async () => {
  const { a } = cloud;
  const id = await newPort(a);
  expectStatus(await putPort(a, id, { name: 'x' }, { 'If-Match': 'revision_number=1' }), 200);
  const stale = await putPort(a, id, { name: 'y' }, { 'If-Match': 'revision_number=1' });
  expectStatus(stale, 412);
  expect(stale.body).toMatchObject({ NeutronError: { type: 'RevisionNumberConstraintFailed' } });
});

test('methods and versions are answered by the surface, not by the gateway', async () => {
  const { admin } = cloud;
  for (const method of ['HEAD', 'PATCH']) {
    expectStatus(await admin.call(method, ports), 405);
  }
  const root = await fetch(`${apiUrl()}/network`);
  expect(root.status).toBe(200);
  expect(await root.json()).toMatchObject({
    versions: [{ links: [{ href: `${apiUrl()}/network/v2.0/` }] }],
  });
  expectStatus(await admin.call('GET', '/network/v2.0/extensions/data-plane-status'), 200);
});
