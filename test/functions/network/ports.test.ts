import { expect, test } from 'vitest';
import { reportedDataPlane } from '../../../domain/ports/host-data-plane.ts';
import type { Port } from '../../../domain/ports/port.ts';
import { portWith } from '../../domain/ports/ports.ts';
import { id, minute } from '../../domain/rows.ts';
import { networkWorld } from './network.ts';

const admin = 'admin@ops';
const path = `/v2.0/ports/${id(700)}`;

/** A world with one port of project `a`, or others. */
function worldWith(...ports: Port[]) {
  const world = networkWorld();
  for (const port of ports.length > 0 ? ports : [portWith()]) world.rows.set(port.id, port);
  const row = () => world.rows.get(id(700));
  const put = (who: string, port: unknown, headers = {}) =>
    world.ask(who, 'PUT', path, { body: { port }, headers });
  return { ...world, row, put };
}

const refusal = (type: string, message: unknown = expect.any(String)) => ({
  NeutronError: { type, message, detail: '' },
});

/** Neutron's table with our decision on integrators: docs/wire/network.md#who-may-report. */
test.each([
  { who: admin, status: 200 },
  { who: 'member@a', status: 403 },
  { who: 'reader@a', status: 403 },
  { who: 'member@b', status: 404 },
  { who: 'member+data_plane_integrator@a', status: 200 },
  { who: 'data_plane_integrator@b', status: 200 },
  { who: 'data_plane_integrator@a', status: 200 },
  { who: 'service@ops', status: 403 },
])('$who reports a data plane: $status', async ({ who, status }) => {
  for (const port of [{ data_plane_status: 'DOWN' }, { dp_down: true }, { status: 'ERROR' }]) {
    const world = worldWith();
    const answer = await world.put(who, port);
    expect(answer.status).toBe(status);
    expect(world.row()?.revision).toBe(status === 200 ? 2 : 1);
    expect(world.sent.length > 0).toBe(status === 200);
  }
});

test.each([
  {
    who: 'member@a',
    port: { data_plane_status: 'DOWN' },
    rule: '(rule:update_port and rule:update_port:data_plane_status)',
  },
  { who: 'reader@a', port: { name: 'x' }, rule: 'rule:update_port' },
  {
    who: 'data_plane_integrator@b',
    port: { status: 'ERROR', name: 'x' },
    rule: '(rule:update_port and rule:update_port:name)',
  },
  {
    who: 'member@a',
    port: { name: 'x', 'binding:host_id': 'h', mac_address: 'fa:16:3e:00:00:09' },
    rule: '((rule:update_port and rule:update_port:binding:host_id) and rule:update_port:mac_address)',
  },
  {
    who: 'member@a',
    port: { device_owner: 'network:dhcp' },
    rule: '(rule:update_port and rule:update_port:device_owner)',
  },
  {
    who: 'service@ops',
    port: { 'binding:host_id': 'h', dp_down: true },
    rule: '(rule:update_port and rule:update_port:dp_down)',
  },
])('$who may not write a part of $port, so nothing is written', async ({ who, port, rule }) => {
  const world = worldWith();
  const { status, body } = await world.put(who, port);
  expect(status).toBe(403);
  expect(body).toEqual(refusal('PolicyNotAuthorized', `${rule} is disallowed by policy`));
  expect(world.row()).toEqual(portWith());
  expect(world.sent).toEqual([]);
});

test.each([
  {
    who: 'service@ops',
    port: { 'binding:host_id': 'h', device_id: 'd', device_owner: 'compute:az' },
  },
  {
    who: 'member@a',
    port: { name: 'n', description: 'd', admin_state_up: 'false', device_id: '' },
  },
  { who: 'member+data_plane_integrator@a', port: { name: 'n', dp_down: '1' } },
  {
    who: admin,
    port: { mac_address: 'FA-16-3E-00-00-0A', fixed_ips: [{ ip_address: '10.0.0.1' }] },
  },
])('$who may write $port', async ({ who, port }) => {
  const world = worldWith();
  expect((await world.put(who, port)).status).toBe(200);
  expect(world.row()?.revision).toBe(2);
});

test('checks come in Neutron’s order', async () => {
  const world = worldWith();
  const bad = { data_plane_status: 'down' };
  expect((await world.ask('', 'PUT', path, { body: '{' })).status).toBe(401);
  expect((await world.ask('member@b', 'PUT', path, { body: '{' })).status).toBe(400);
  expect((await world.put('member@b', bad)).status).toBe(400);
  expect((await world.put('member@b', {}, { 'If-Match': 'x' })).status).toBe(400);
  const stale = { 'If-Match': 'revision_number=9' };
  expect((await world.put('member@b', { dp_down: true }, stale)).status).toBe(404);
  expect((await world.put('member@a', { dp_down: true }, stale)).status).toBe(403);
  const { status, body } = await world.put(admin, { dp_down: true }, stale);
  expect(status).toBe(412);
  expect(body).toEqual(
    refusal('RevisionNumberConstraintFailed', 'Constrained to 9, but current revision is 1'),
  );
  const right = { 'If-Match': 'revision_number=1' };
  expect((await world.put(admin, { dp_down: true }, right)).status).toBe(200);
});

test('a missing port and a foreign one are one 404, by name as well', async () => {
  const world = worldWith();
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const body = method === 'PUT' ? { body: { port: {} } } : {};
    const foreign = await world.ask('member@b', method, path, body);
    expect(foreign.status).toBe(404);
    expect(foreign.body).toEqual(refusal('PortNotFound', `Port ${id(700)} could not be found.`));
    expect((await world.ask(admin, method, '/v2.0/ports/p1', body)).body).toEqual(
      refusal('PortNotFound', 'Port p1 could not be found.'),
    );
  }
});

const hostKeys = ['binding:profile', 'binding:vif_type', 'binding:vif_details'];

test.each([
  { who: admin, hidden: [] },
  { who: 'service@ops', hidden: [] },
  { who: 'data_plane_integrator@b', hidden: hostKeys },
  { who: 'member@a', hidden: [...hostKeys, 'binding:host_id'] },
  { who: 'reader@a', hidden: [...hostKeys, 'binding:host_id'] },
])('$who is shown a port without $hidden', async ({ who, hidden }) => {
  const world = worldWith(portWith({ 'binding:host_id': 'h', data_plane_status: 'DOWN' }));
  const whole = {
    ...{ id: id(700), name: 'p1', description: '', network_id: id(800) },
    ...{ project_id: 'a', tenant_id: 'a', admin_state_up: true, status: 'ACTIVE' },
    ...{ data_plane_status: 'DOWN', dp_down: true, mac_address: 'fa:16:3e:00:00:01' },
    ...{ fixed_ips: [], device_id: id(100), device_owner: 'compute:nova', security_groups: [] },
    ...{ allowed_address_pairs: [], extra_dhcp_opts: [], port_security_enabled: true, tags: [] },
    ...{ revision_number: 1, created_at: '2026-01-01T00:00:00Z' },
    ...{ updated_at: '2026-01-01T00:00:00Z', 'binding:host_id': 'h' },
    ...{ 'binding:vnic_type': 'normal', 'binding:profile': {}, 'binding:vif_type': 'unbound' },
    'binding:vif_details': {},
  };
  const shown = Object.fromEntries(
    Object.entries(whole).filter(([name]) => !hidden.includes(name)),
  );
  expect((await world.ask(who, 'GET', path)).body).toEqual({ port: shown });
  expect((await world.ask(who, 'GET', '/v2.0/ports')).body).toEqual({ ports: [shown] });
});

test('a change raises the revision and sends an event; the same again does neither', async () => {
  const world = worldWith();
  expect((await world.put(admin, { dp_down: true })).body).toMatchObject({
    port: { data_plane_status: 'DOWN', dp_down: true, status: 'ACTIVE', revision_number: 2 },
  });
  expect(world.sent.map(({ event_type }) => event_type)).toEqual([
    'port.data_plane_status.update',
    'port.update.start',
    'port.update.end',
  ]);
  for (const same of [{ dp_down: true }, { data_plane_status: 'DOWN' }, { name: 'p1' }, {}]) {
    const { status, body } = await world.put(admin, same);
    expect(status).toBe(200);
    expect(body).toMatchObject({ port: { revision_number: 2 } });
  }
  expect(world.sent).toHaveLength(3);
});

test('setting null takes the report back', async () => {
  const world = worldWith(portWith({ data_plane_status: 'DOWN' }));
  const { status, body } = await world.put(admin, { data_plane_status: null });
  expect(status).toBe(200);
  expect(body).toMatchObject({ port: { data_plane_status: null, dp_down: false } });
});

test('status and data plane status change together, and each sends an event', async () => {
  const world = worldWith();
  await world.put(admin, { status: 'ERROR', dp_down: true });
  const [plane, status] = world.sent;
  const traits = (event: typeof plane) =>
    Object.fromEntries((event?.traits ?? []).map(([name, , value]) => [name, value]));
  const stored = {
    ...{ service: 'network', request_id: expect.stringMatching(/^req-/), user_id: admin },
    ...{ resource_id: id(700), project_id: 'a', tenant_id: 'a', name: 'p1' },
    ...{ device_id: id(100), device_owner: 'compute:nova', network_id: id(800) },
    ...{ instance_id: id(100), status: 'ERROR', data_plane_status: 'DOWN', dp_down: 'True' },
  };
  expect(plane?.event_type).toBe('port.data_plane_status.update');
  expect(traits(plane)).toEqual(stored);
  expect(status?.event_type).toBe('port.status.update');
  expect(traits(status)).toEqual({ ...stored, old_status: 'ACTIVE' });
  expect(traits(world.sent[2])).toEqual({
    ...{ service: 'network', request_id: stored.request_id, user_id: admin },
    ...{ resource_id: id(700), project_id: 'a', tenant_id: 'a' },
  });
});

test('neither changes the other, nor admin_state_up', async () => {
  const world = worldWith();
  await world.put(admin, { dp_down: true });
  expect(world.row()).toMatchObject({ status: 'ACTIVE', admin_state_up: true });
  await world.put(admin, { status: 'DOWN' });
  expect(world.row()).toMatchObject({ data_plane_status: 'DOWN', admin_state_up: true });
  await world.put('member@a', { admin_state_up: false });
  expect(world.row()).toMatchObject({ data_plane_status: 'DOWN', status: 'DOWN' });
});

test('reports on the host that a port still owes are shown, and written before a change of the port', async () => {
  const world = worldWith(portWith({ 'binding:host_id': 'h' }));
  const reporter = { user_id: 'sdn', user_name: 'sdn', project_id: 'ops' };
  const actor = { user_id: 'sdn', request_id: 'req-sdn', at: minute(3) };
  const report = {
    host: 'h',
    data_plane_status: 'DOWN',
    actor,
    reporter,
    newId: () => id(900),
  } as const;
  world.planes.set('h', reportedDataPlane(undefined, report).plane);
  const seen = { dp_down: true, revision_number: 2 };
  expect((await world.ask('member@a', 'GET', path)).body).toMatchObject({ port: seen });
  const filtered = await world.ask('member@a', 'GET', '/v2.0/ports', {
    query: { data_plane_status: ['DOWN'] },
  });
  expect(filtered.body).toMatchObject({ ports: [seen] });
  expect(world.row()?.revision).toBe(1);
  // The port itself has a newer status: the event of the report is sent first, then that of the
  // status.
  await world.put(admin, { data_plane_status: 'ACTIVE' });
  const toggles = world.sent.filter(({ event_type }) => event_type.includes('data_plane'));
  expect(toggles.map(({ stamp, fault_id }) => [stamp?.revision, fault_id !== null])).toEqual([
    [2, true],
    [3, false],
  ]);
  expect(world.row()).toMatchObject({ data_plane_status: 'ACTIVE', report_number: 1 });
});

test('a port is created with the given values, and starts DOWN without a report', async () => {
  const world = networkWorld();
  const port = { network_id: id(800), name: 'p', 'binding:profile': { a: 1 } };
  const { status, body } = await world.ask(admin, 'POST', '/v2.0/ports', { body: { port } });
  expect(status).toBe(201);
  expect(body).toMatchObject({
    port: {
      ...{ ...port, project_id: 'ops', status: 'DOWN', data_plane_status: null, dp_down: false },
      ...{ revision_number: 1, mac_address: expect.stringMatching(/^fa:16:3e:/) },
    },
  });
  expect(world.sent.map(({ event_type }) => event_type)).toEqual([
    'port.create.start',
    'port.create.end',
  ]);
});

test.each([
  { who: 'reader@a', port: {}, rule: 'rule:create_port' },
  { who: 'data_plane_integrator@a', port: {}, rule: 'rule:create_port' },
  {
    who: 'member@a',
    port: { 'binding:host_id': 'h' },
    rule: '(rule:create_port and rule:create_port:binding:host_id)',
  },
])('$who may not make a port with $port', async ({ who, port, rule }) => {
  const world = networkWorld();
  const body = { port: { network_id: id(800), ...port } };
  const answer = await world.ask(who, 'POST', '/v2.0/ports', { body });
  expect(answer.status).toBe(403);
  expect(answer.body).toEqual(refusal('PolicyNotAuthorized', `${rule} is disallowed by policy`));
  expect(world.rows.size).toBe(0);
});

test('a MAC address is on a network once, an id is there once, and a list is all or nothing', async () => {
  const world = worldWith();
  const post = (...ports: object[]) =>
    world.ask(admin, 'POST', '/v2.0/ports', {
      body: { ports: ports.map((port) => ({ network_id: id(800), ...port })) },
    });
  const { mac_address } = portWith();
  const refused = await post({ name: 'x' }, { mac_address });
  expect(refused.status).toBe(409);
  expect(refused.body).toEqual(refusal('MacAddressInUse', expect.stringContaining(mac_address)));
  expect((await post({}, { id: id(700) })).status).toBe(409);
  expect((await post({ mac_address: 'fa:16:3e:0:0:1' })).status).toBe(400);
  const twice = { mac_address: 'fa:16:3e:aa:aa:aa' };
  expect((await post(twice, twice)).status).toBe(409);
  expect((await post({ id: id(5) }, { id: id(5) })).status).toBe(409);
  expect(world.rows.size).toBe(1);
  const made = await post({ network_id: id(801), mac_address }, {});
  expect(made.status).toBe(201);
  expect(world.rows.size).toBe(3);
});

test('an address that a dead process reserved is free, for a new port and for a changed one', async () => {
  const world = worldWith();
  const mac_address = 'fa:16:3e:bb:bb:bb';
  const abandon = () => world.state.abandoned.add(`${id(800)} ${mac_address}`);
  abandon();
  const changed = await world.put(admin, { mac_address });
  expect(changed).toMatchObject({ status: 200, body: { port: { mac_address } } });
  const taken = await world.ask(admin, 'POST', '/v2.0/ports', {
    body: { port: { network_id: id(800), mac_address } },
  });
  expect(taken.status).toBe(409);
});

test('ports whose rows others are writing are made a little later', async () => {
  const world = networkWorld();
  const body = { port: { network_id: id(800) } };
  world.state.busy = 3;
  expect((await world.ask('member@a', 'POST', '/v2.0/ports', { body })).status).toBe(201);
  expect(world.rows.size).toBe(1);
});

test.each([
  { method: 'DELETE', at: path, rule: 'rule:delete_port' },
  { method: 'PUT', at: `${path}/tags/x`, rule: 'rule:update_ports_tags' },
])('a reader is refused $method $at by $rule', async ({ method, at, rule }) => {
  const { body } = await worldWith().ask('reader@a', method, at);
  expect(body).toEqual(refusal('PolicyNotAuthorized', `${rule} is disallowed by policy`));
});

test('a port that is deleted is gone, sends an event, and its id is free', async () => {
  const world = worldWith();
  expect((await world.ask('reader@a', 'DELETE', path)).status).toBe(403);
  expect((await world.ask(admin, 'DELETE', path, { body: {} })).body).toEqual(
    refusal('HTTPBadRequest', 'Request body is not supported in DELETE.'),
  );
  const gone = await world.ask('member@a', 'DELETE', path);
  expect(gone.status).toBe(204);
  expect(gone.body).toBeUndefined();
  expect(gone.headers).not.toHaveProperty('Content-Type');
  expect(world.sent.map(({ event_type }) => event_type)).toEqual([
    'port.delete.start',
    'port.delete.end',
  ]);
  expect((await world.ask(admin, 'GET', path)).status).toBe(404);
  const body = { port: { id: id(700), network_id: id(800) } };
  expect((await world.ask(admin, 'POST', '/v2.0/ports', { body })).status).toBe(201);
});

test('twenty writers at once: each change sends one event, and none is lost', async () => {
  const world = worldWith();
  const words = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? 'DOWN' : 'ACTIVE'));
  const answers = await Promise.all(
    words.map((data_plane_status) => world.put(admin, { data_plane_status })),
  );
  expect(answers.map(({ status }) => status)).toEqual(words.map(() => 200));
  const toggles = world.sent.filter(({ event_type }) => event_type.includes('data_plane'));
  const revisions = toggles.map(({ stamp }) => stamp?.revision);
  expect(new Set(revisions).size).toBe(revisions.length);
  expect(world.row()?.revision).toBe(1 + revisions.length);
});

test('a tag is set, found and taken away, by who owns the port', async () => {
  const world = worldWith();
  const tags = (who: string, method: string, tag = '', body?: unknown) =>
    world.ask(who, method, `${path}/tags${tag}`, body === undefined ? {} : { body });
  expect((await tags('member@a', 'PUT', '', { tags: ['b', 'a', 'b'] })).body).toEqual({
    tags: ['b', 'a'],
  });
  expect(await tags('member@a', 'PUT', '/c')).toMatchObject({ status: 201, body: null });
  expect((await tags('reader@a', 'GET')).body).toEqual({ tags: ['b', 'a', 'c'] });
  expect((await tags('reader@a', 'GET', '/c')).status).toBe(204);
  expect((await tags('reader@a', 'GET', '/x')).body).toEqual(
    refusal('TagNotFound', 'Tag x could not be found.'),
  );
  expect((await tags('reader@a', 'PUT', '/x')).status).toBe(403);
  expect((await tags('member@b', 'PUT', '/x')).status).toBe(404);
  expect((await tags('member@a', 'DELETE', '/b')).status).toBe(204);
  expect((await tags('member@a', 'DELETE', '/b')).status).toBe(404);
  expect((await tags('member@a', 'PUT', '', { tags: ['x'.repeat(256)] })).status).toBe(400);
  const many = Array.from({ length: 51 }, (_, n) => `t${n}`);
  expect((await tags('member@a', 'PUT', '', { tags: many })).status).toBe(400);
  expect((await tags('member@a', 'DELETE')).status).toBe(204);
  expect(world.row()?.tags).toEqual([]);
});
