/** What an owner may change of a server (fields, tags, items of metadata), and its list of actions. */
import { beforeEach, describe, expect, test } from 'vitest';
import { registeredInstance } from '../../../../domain/servers/registered-instance.ts';
import {
  downHost,
  factsOf,
  hostWith,
  id,
  instanceWith,
  minute,
  targetHost,
} from '../../../domain/rows.ts';
import { type World, worldOf } from '../../../flows/world.ts';
import { type Asked, computeOf, projectA } from '../surface.ts';

let world: World;
let ask: ReturnType<typeof computeOf>;

beforeEach(() => {
  const instances = [instanceWith({ project_id: projectA, metadata: { role: 'db' } })];
  world = worldOf({ hosts: [hostWith()], instances });
  ask = computeOf(world);
});

const path = `/v2.1/servers/${id(10)}`;
const put = (server: unknown, given: Asked = {}) =>
  ask(path, { method: 'PUT', as: 'member', version: '2.94', body: { server }, ...given });
const row = () => world.instances.get(id(10));

describe('an update', () => {
  test('sets name and description, and answers with the whole server from 2.75 on', async () => {
    const given = {
      ...{ name: 'web 1', description: 'one\ntwo', 'OS-DCF:diskConfig': 'AUTO' },
      ...{ accessIPv4: '192.0.2.1', accessIPv6: '2001:db8::1' },
    };
    const answer = await put({ ...given, hostname: 'web-1.example' });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        server: { ...given, 'OS-EXT-SRV-ATTR:hostname': 'web-1.example', server_groups: [] },
      },
    });
    expect(answer.body).toEqual((await ask(path, { as: 'member', version: '2.94' })).body);
    expect(world.sent).toHaveLength(1);
  });

  test('is answered before 2.75 without the fields of Nova’s extensions', async () => {
    const { body } = await put({ name: 'x' }, { as: 'admin', version: '2.74' });
    const { server } = Object(body);
    expect(server).toMatchObject({ name: 'x', status: 'ACTIVE', description: null, tags: [] });
    const added = Object.keys(server).filter((key) =>
      /^OS-(EXT|SRV)|^os-|host_status|key_name/.test(key),
    );
    expect(added).toEqual([]);
  });

  test('that changes nothing sends no event', async () => {
    await put({ name: 'vm', description: null });
    await put({});
    expect(world.writes).toEqual([]);
    expect(world.sent).toEqual([]);
  });

  test('makes no report of a feed stale, and the next report changes only the name', async () => {
    await put({ name: 'web', description: 'mine' });
    const given = row();
    if (!given) return expect.unreachable();
    expect(given.reported_at).toBe(minute(1));
    const facts = factsOf(instanceWith({ project_id: projectA, vm_state: 'paused' }));
    const actor = { user_id: 'feed', request_id: 'req', at: minute(11) };
    const { row: next } = registeredInstance(given, given.uuid, hostWith(), {
      ...{ facts, actor, reported_at: minute(2), newId: () => id(99) },
    });
    expect(next).toMatchObject({ name: 'vm', vm_state: 'paused', owned: { description: 'mine' } });
  });

  test('answers with the settled server', async () => {
    world.hosts.set('compute-1', downHost());
    expect((await put({ name: 'x' })).body).toMatchObject({ server: { status: 'SHUTOFF' } });
  });

  test.each([
    ['description', '2.18', 400],
    ['description', '2.19', 200],
    ['hostname', '2.89', 400],
    ['hostname', '2.90', 200],
  ])('may set %s at %s: %i', async (key, version, status) => {
    expect((await put({ [key]: 'text' }, { version })).status).toBe(status);
  });

  /** Source: nova `api/validation/parameter_types.py`, `hostname` and, from 2.94 on, `fqdn`. */
  test.each(['web.example', 'x', '1', 'web_1', '-a-', 'w'.repeat(255)])(
    'may show the host name %s from 2.94 on',
    async (hostname) => {
      expect((await put({ hostname }, { version: '2.93' })).status).toBe(400);
      expect((await put({ hostname }, { version: '2.94' })).status).toBe(200);
    },
  );

  test.each<unknown>([
    { name: '' },
    { name: ' x' },
    { name: 'x ' },
    { name: null },
    { name: 'a\u0007' },
    { name: 'x'.repeat(256) },
    { name: '\ud800' },
    { description: 'a\u0000' },
    { description: 'x'.repeat(256) },
    { accessIPv4: 'nowhere' },
    { accessIPv4: '2001:db8::1' },
    { accessIPv6: '192.0.2.1' },
    { accessIPv6: null },
    { hostname: '' },
    { hostname: 'a b' },
    { hostname: 'w'.repeat(256) },
    { hostname: 'ä.example' },
    { hostname: null },
    { 'OS-DCF:diskConfig': 'auto' },
    { happy: true },
    null,
    [],
  ])('to %j is refused, and nothing changes', async (server) => {
    expect(await put(server)).toMatchObject({ status: 400, body: { badRequest: {} } });
    expect(world.writes).toEqual([]);
  });

  test.each([
    ['reader', 403],
    ['memberOfB', 404],
    ['unscoped', 404],
    ['admin', 200],
  ])('by a %s is a %i', async (as, status) => {
    expect((await put({ name: 'x' }, { as })).status).toBe(status);
  });
});

describe('tags', () => {
  const tags = (end = '', given: Asked = {}) =>
    ask(`${path}/tags${end}`, { as: 'member', version: '2.26', ...given });

  test('are replaced, added, looked up and deleted', async () => {
    const body = { tags: ['b', 'a', 'b'] };
    expect((await tags('', { method: 'PUT', body })).body).toEqual({ tags: ['a', 'b'] });
    const added = await tags('/c%20d', { method: 'PUT' });
    expect(added).toMatchObject({
      status: 201,
      headers: { Location: expect.stringMatching('/tags/') },
    });
    expect((await tags('/a', { method: 'PUT' })).status).toBe(204);
    expect((await tags('/c%20d')).status).toBe(204);
    expect((await tags('/a', { method: 'DELETE' })).status).toBe(204);
    expect((await tags('/a')).status).toBe(404);
    expect((await tags()).body).toEqual({ tags: ['b', 'c d'] });
    const server = await ask(path, { as: 'member', version: '2.26' });
    expect(server.body).toMatchObject({ server: { tags: ['b', 'c d'] } });
    expect((await tags('', { method: 'DELETE' })).status).toBe(204);
    expect((await tags()).body).toEqual({ tags: [] });
  });

  test('do not exist before 2.26, and a reader may not write them', async () => {
    expect((await tags('', { version: '2.25' })).status).toBe(404);
    expect((await tags('/a', { method: 'PUT', as: 'reader' })).status).toBe(403);
    expect((await tags('', { as: 'reader' })).status).toBe(200);
    expect((await tags('', { as: 'memberOfB' })).status).toBe(404);
  });

  test.each<unknown>([
    ['a,b'],
    ['a/b'],
    [''],
    ['x'.repeat(61)],
    [7],
    'a',
    null,
    ['\u0000'],
    Array.from({ length: 51 }, (_, n) => `t${n}`),
  ])('%j are refused', async (given) => {
    expect((await tags('', { method: 'PUT', body: { tags: given } })).status).toBe(400);
    expect(world.writes).toEqual([]);
  });

  test('are at most fifty; an unknown tag is not found, a malformed one is refused', async () => {
    const fifty = Array.from({ length: 50 }, (_, n) => `t${n}`);
    await tags('', { method: 'PUT', body: { tags: fifty } });
    expect((await tags('/more', { method: 'PUT' })).status).toBe(400);
    expect((await tags('/t7', { method: 'PUT' })).status).toBe(204);
    expect((await tags('/a%2Cb', { method: 'PUT' })).status).toBe(400);
    expect((await tags('/none', { method: 'DELETE' })).status).toBe(404);
  });
});

describe('an item of the metadata', () => {
  const item = (key: string, given: Asked = {}) =>
    ask(`${path}/metadata/${key}`, { as: 'member', ...given });

  test('is shown and written', async () => {
    expect(await item('role')).toMatchObject({ status: 200, body: { meta: { role: 'db' } } });
    const body = { meta: { 'a b': 'c' } };
    expect((await item('a%20b', { method: 'PUT', body })).body).toEqual(body);
    expect(row()?.metadata).toEqual({ role: 'db', 'a b': 'c' });
    for (const key of ['none', 'constructor']) expect((await item(key)).status).toBe(404);
  });

  test.each<unknown>([
    { meta: { b: 'c' } },
    { meta: {} },
    { meta: { a: 'b', c: 'd' } },
    { meta: { a: 1 } },
    { meta: null },
    { metadata: { a: 'b' } },
    {},
  ])('is not written by %j', async (body) => {
    expect((await item('a', { method: 'PUT', body })).status).toBe(400);
    expect(world.writes).toEqual([]);
  });

  test('may be written by a member', async () => {
    const body = { meta: { a: 'b' } };
    expect((await item('a', { method: 'PUT', body, as: 'reader' })).status).toBe(403);
    expect((await item('role', { as: 'reader' })).status).toBe(200);
  });
});

describe('the list of a server’s actions', () => {
  const actions = (end = '', given: Asked = {}) =>
    ask(`${path}/os-instance-actions${end}`, { as: 'member', version: '2.94', ...given });
  const stop = () =>
    ask(`${path}/action`, { method: 'POST', as: 'member', body: { 'os-stop': null } });

  test('has the last change, for its user and for administrators', async () => {
    await stop();
    const request_id = row()?.last_change.request_id;
    const action = {
      ...{ action: 'stop', instance_uuid: id(10), request_id, user_id: 'member', message: null },
      ...{ project_id: projectA, start_time: '2026-01-01T00:10:00.000000' },
    };
    const updated_at = '2026-01-01T00:10:00.000000';
    for (const as of ['member', 'admin']) {
      const { body } = await actions('', { as });
      expect(body).toEqual({ instanceActions: [{ ...action, updated_at }] });
    }
    expect((await actions('', { version: '2.57' })).body).toEqual({ instanceActions: [action] });
    expect((await actions(`/${request_id}`)).body).toEqual({
      instanceAction: { ...action, updated_at, events: [] },
    });
    expect((await actions('', { as: 'reader' })).body).toEqual({ instanceActions: [] });
    expect((await actions(`/${request_id}`, { as: 'reader' })).status).toBe(404);
    expect((await actions('', { as: 'memberOfB' })).status).toBe(404);
    const page = async (query: Record<string, string>) =>
      (
        await actions('', {
          query: Object.fromEntries(Object.entries(query).map(([k, v]) => [k, [v]])),
        })
      ).body;
    expect(await page({ limit: '0' })).toEqual({ instanceActions: [] });
    expect(await page({ marker: String(request_id) })).toEqual({ instanceActions: [] });
    expect(await page({ 'changes-since': minute(11) })).toEqual({ instanceActions: [] });
    expect(await page({ 'changes-before': minute(9) })).toEqual({ instanceActions: [] });
  });

  test('has an evacuation, for administrators', async () => {
    world.hosts.set('compute-1', downHost());
    world.hosts.set('compute-2', targetHost());
    const body = { evacuate: {} };
    expect((await ask(`${path}/action`, { method: 'POST', version: '2.94', body })).status).toBe(
      200,
    );
    expect((await actions('', { as: 'admin' })).body).toMatchObject({
      instanceActions: [{ action: 'evacuate', user_id: 'admin' }],
    });
    expect((await actions()).body).toEqual({ instanceActions: [] });
  });

  test('is empty after a fault, and after a change that is not one of Nova’s actions', async () => {
    world.hosts.set('compute-1', downHost());
    expect((await actions('', { as: 'admin' })).body).toEqual({ instanceActions: [] });
    await put({ name: 'x' });
    expect((await actions()).body).toEqual({ instanceActions: [] });
    expect((await actions('/req-1')).status).toBe(404);
  });

  test.each([
    ['limit', 'x'],
    ['limit', '-1'],
    ['marker', 'none'],
    ['changes-since', 'x'],
    ['changes-before', 'x'],
    ['happy', '1'],
  ])('does not have the action with %s=%s', async (key, value) => {
    expect((await actions('', { query: { [key]: [value] } })).status).toBe(400);
  });
});

/** Hostile names in the path of an existing server. */
test.each([
  '%00',
  '%C3%28',
  'x'.repeat(3_000),
  'a%20b',
  '%F0%9F%98%80',
  '..%2f',
  '%25',
  '__proto__',
])('the name %s is not found or refused, and changes nothing', async (odd) => {
  const given = { as: 'member', version: '2.94' };
  for (const kind of ['tags', 'metadata', 'os-instance-actions']) {
    const { status } = await ask(`${path}/${kind}/${odd}`, given);
    expect({ kind, status }).toEqual({ kind, status: odd === '%C3%28' ? 400 : 404 });
  }
  for (const kind of ['tags', 'metadata']) {
    const { status } = await ask(`${path}/${kind}/${odd}`, { ...given, method: 'DELETE' });
    expect({ kind, status }).toEqual({ kind, status: odd === '%C3%28' ? 400 : 404 });
  }
  const item = { body: { meta: { other: 'value' } }, method: 'PUT', ...given };
  expect((await ask(`${path}/metadata/${odd}`, item)).status).toBe(400);
  expect(world.writes).toEqual([]);
});
