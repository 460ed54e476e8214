import { beforeEach, describe, expect, test } from 'vitest';
import { downHost, hostWith, id, instanceWith } from '../../../domain/rows.ts';
import { type World, worldOf } from '../../../flows/world.ts';
import { type Asked, computeOf, projectA, projectB } from '../surface.ts';

let world: World;
let ask: ReturnType<typeof computeOf>;

beforeEach(() => {
  world = worldOf({
    hosts: [hostWith()],
    instances: [
      instanceWith({ project_id: projectA }),
      instanceWith({ uuid: id(20), project_id: projectB }),
      instanceWith({ uuid: id(30), project_id: projectA, deleted: true, vm_state: 'deleted' }),
    ],
  });
  ask = computeOf(world);
});

const path = (which: string) => `/v2.1/servers/${which}/action`;
const act = (body: unknown, given: Asked = {}, which = id(10)) =>
  ask(path(which), { method: 'POST', body, ...given });
const state = () => world.instances.get(id(10))?.vm_state;

test.each(['2.1', '2.52', '2.53', '2.94'])('at %s actions answer without a body', async (v) => {
  const at = { version: v };
  expect(await act({ 'os-stop': null }, at)).toMatchObject({ status: 202, body: undefined });
  expect(state()).toBe('stopped');
  expect(await act({ 'os-start': null }, at)).toMatchObject({ status: 202, body: undefined });
  expect(state()).toBe('active');
  const reset = await act({ 'os-resetState': { state: 'error' } }, at);
  expect(reset).toMatchObject({ status: 202, body: undefined });
  expect(state()).toBe('error');
});

test('the user of an action is stored with the change', async () => {
  const { headers } = await act({ 'os-stop': {} }, { as: 'member' });
  expect(world.instances.get(id(10))?.last_change).toMatchObject({
    ...{ user_id: 'member', request_id: headers['x-compute-request-id'] },
  });
});

const reset = { 'os-resetState': { state: 'error' } };

test.each([
  ['os-stop', 'member', 10, { 'os-stop': null }, 202],
  ['os-stop', 'admin', 20, { 'os-stop': null }, 202],
  ['os-stop', 'reader', 10, { 'os-stop': null }, 403],
  ['os-stop', 'memberOfB', 10, { 'os-stop': null }, 404],
  ['os-stop', 'unscoped', 10, { 'os-stop': null }, 404],
  ['os-resetState', 'admin', 20, reset, 202],
  ['os-resetState', 'member', 10, reset, 403],
  ['os-resetState', 'service', 20, reset, 403],
  ['os-resetState', 'memberOfB', 10, reset, 404],
  ['os-resetState', 'admin', 30, reset, 404],
  ['os-resetState', 'admin', 404, reset, 404],
])('%s by %s of server %i', async (_, as, n, body, status) => {
  expect((await act(body, { as }, id(n))).status).toBe(status);
  if (status !== 202) expect(world.writes).toEqual([]);
});

/** Source: nova `api/openstack/compute/schemas/servers.py`, `stop_server`: the value is any. */
test.each<unknown>([null, {}, '', 'now', 1, true, [], { force: true }])(
  'os-stop and os-start take the value %j',
  async (value) => {
    expect((await act({ 'os-stop': value })).status).toBe(202);
    expect((await act({ 'os-start': value })).status).toBe(202);
  },
);

describe('a body is refused, and changes nothing:', () => {
  test.each<unknown>([
    undefined,
    null,
    [],
    'os-stop',
    {},
    { 'os-stop': null, 'os-start': null },
    { explode: null },
    { constructor: null },
    { '': null },
    { 'os-resetState': null },
    { 'os-resetState': {} },
    { 'os-resetState': 'error' },
    { 'os-resetState': { state: 'stopped' } },
    { 'os-resetState': { state: 'ERROR' } },
    { 'os-resetState': { state: null } },
    { 'os-resetState': { state: 'error', power_state: 4 } },
  ])('%j', async (body) => {
    const answer = await act(body);
    expect(answer).toMatchObject({ status: 400, body: { badRequest: { code: 400 } } });
    expect(world.writes).toEqual([]);
  });
});

/**
 * Each case fails two checks, and the answer is that of the earlier check:
 * docs/wire/compute.md#order-of-checks.
 */
test.each<[string, Asked, string, number]>([
  ['401 before 406', { as: '', version: '9.9' }, id(10), 401],
  ['406 before 400', { version: '9.9', body: {} }, id(10), 406],
  ['400 of the schema before 404', { body: { explode: null } }, id(404), 400],
  ['400 of the schema before 403', { as: 'member', body: { 'os-resetState': {} } }, id(10), 400],
  ['404 before 403', { as: 'memberOfB', body: reset }, id(10), 404],
  ['403 before 409', { as: 'reader', body: { 'os-start': null } }, id(10), 403],
])('%s', async (_, { body, ...given }, which, status) => {
  expect((await act(body ?? { 'os-stop': null }, given, which)).status).toBe(status);
});

test('an action is a conflict in a state that does not allow it', async () => {
  expect(await act({ 'os-start': null })).toMatchObject({
    status: 409,
    body: {
      conflictingRequest: { code: 409, message: expect.stringContaining('vm_state active') },
    },
  });
});

test('no server starts on a host that is down, and the error for a tenant does not name the host', async () => {
  world.hosts.set('compute-1', downHost());
  const answer = await act({ 'os-start': null }, { as: 'member' });
  expect(answer.status).toBe(409);
  expect(JSON.stringify(answer.body)).not.toContain('compute-1');
  expect(await act({ 'os-resetState': { state: 'active' } })).toMatchObject({ status: 202 });
  expect(state()).toBe('stopped');
});

test('no server stops on a host without heartbeats, and no change is recorded', async () => {
  world.hosts.set('compute-1', hostWith({ heartbeat: true }));
  expect((await act({ 'os-stop': null })).status).toBe(409);
  expect(await act({ 'os-resetState': { state: 'error' } })).toMatchObject({ status: 202 });
});

test('a path with the project is the same action', async () => {
  const answer = await ask(`/v2.1/${projectA}/servers/${id(10)}/action`, {
    ...{ method: 'POST', body: { 'os-stop': null } },
  });
  expect(answer.status).toBe(202);
});
