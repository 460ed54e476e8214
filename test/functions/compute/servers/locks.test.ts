/** Source: nova `compute/api.py`, `lock`, `unlock` and `check_instance_lock`. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Instance } from '../../../../domain/servers/instance.ts';
import { downHost, hostWith, id, instanceWith } from '../../../domain/rows.ts';
import { type World, worldOf } from '../../../flows/world.ts';
import { type Asked, computeOf, projectA, projectB } from '../surface.ts';

let world: World;
let ask: ReturnType<typeof computeOf>;
const lockedBy = (by: 'owner' | 'admin', reason: string | null = null) => ({
  lock: { by, reason },
});

/** Server 10 is in the administrator's project, server 20 in another one. */
const start = (given: Partial<Instance> = {}) => {
  world = worldOf({
    hosts: [hostWith(), hostWith({ host: 'compute-2', service_id: id(22), service_number: 2 })],
    instances: [
      instanceWith({ project_id: projectA, ...given }),
      instanceWith({ uuid: id(20), project_id: projectB, ...given }),
    ],
  });
  ask = computeOf(world);
};
beforeEach(() => start());

const server = (n: number) => `/v2.1/servers/${id(n)}`;
const act = (n: number, body: unknown, given: Asked = {}) =>
  ask(`${server(n)}/action`, { method: 'POST', body, ...given });
const lockOf = (n: number) => world.instances.get(id(n))?.lock;

test.each(['2.1', '2.53', '2.72', '2.73', '2.94'])('at %s a server is locked', async (version) => {
  const locked = await act(20, { lock: null }, { version });
  expect(locked).toMatchObject({ status: 202, body: undefined });
  expect(lockOf(20)).toEqual({ by: 'admin', reason: null });
  expect(await act(20, { unlock: null }, { version })).toMatchObject({ status: 202 });
  expect(lockOf(20)).toBeNull();
});

test.each<[string, unknown, number]>([
  ['2.72', {}, 202],
  ['2.72', 'yes', 202],
  ['2.72', { locked_reason: 'ignored' }, 202],
  ['2.73', {}, 202],
  ['2.73', { locked_reason: 'evacuation' }, 202],
  ['2.73', { locked_reason: '' }, 400],
  ['2.73', { locked_reason: 'x'.repeat(256) }, 400],
  ['2.73', { locked_reason: null }, 400],
  ['2.73', { reason: 'misspelt' }, 400],
  ['2.73', 'yes', 400],
])('at %s lock with %j is a %i', async (version, value, status) => {
  expect((await act(20, { lock: value }, { version })).status).toBe(status);
  if (status === 400) expect(world.writes).toEqual([]);
  expect(lockOf(20)?.reason ?? null).toBe(
    version === '2.73' && status === 202 && value && Object.keys(value).length > 0
      ? 'evacuation'
      : null,
  );
});

test('the lock and its reason are shown, each from its version on, and no other field', async () => {
  await act(20, { lock: { locked_reason: 'evacuation' } }, { version: '2.73' });
  const shown = async (version: string) =>
    (await ask(server(20), { version, as: 'memberOfB' })).body;
  expect(await shown('2.8')).not.toHaveProperty('server.locked');
  expect(await shown('2.9')).toMatchObject({ server: { locked: true } });
  expect(await shown('2.72')).not.toHaveProperty('server.locked_reason');
  const last = await shown('2.73');
  expect(last).toMatchObject({ server: { locked: true, locked_reason: 'evacuation' } });
  expect(last).not.toHaveProperty('server.locked_by');
});

test.each([
  ['true', [id(20)]],
  ['false', [id(10)]],
])('servers are listed by locked=%s', async (locked, uuids) => {
  await act(20, { lock: null });
  const query = { locked: [locked], all_tenants: ['1'] };
  const { body } = await ask('/v2.1/servers', { version: '2.73', query });
  expect(body).toMatchObject({ servers: uuids.map((uuid) => ({ id: uuid })) });
});

test('a caller with a token of the server’s project locks it as its owner', async () => {
  await act(10, { lock: null }, { as: 'member' });
  expect(lockOf(10)).toEqual({ by: 'owner', reason: null });
  await act(20, { lock: null }, { as: 'memberOfB' });
  expect(lockOf(20)).toEqual({ by: 'owner', reason: null });
});

describe('an existing lock', () => {
  test('is not changed by the owner', async () => {
    start(lockedBy('owner', 'mine'));
    const lock = { locked_reason: 'other' };
    expect((await act(20, { lock }, { as: 'memberOfB', version: '2.73' })).status).toBe(202);
    expect(world.writes).toEqual([]);
  });

  test('is taken over by an administrator, who keeps its reason', async () => {
    start(lockedBy('owner', 'mine'));
    await act(20, { lock: null });
    expect(lockOf(20)).toEqual({ by: 'admin', reason: 'mine' });
    await act(20, { lock: { locked_reason: 'ours' } }, { version: '2.73' });
    expect(lockOf(20)).toEqual({ by: 'admin', reason: 'ours' });
    const writes = world.writes.length;
    await act(20, { lock: null });
    expect(world.writes).toHaveLength(writes);
  });

  test.each([
    ['owner', 'memberOfB', 202],
    ['owner', 'admin', 202],
    ['admin', 'admin', 202],
    ['admin', 'memberOfB', 403],
  ] as const)('of the %s is taken away by %s: %i', async (by, as, status) => {
    start(lockedBy(by));
    expect((await act(20, { unlock: null }, { as })).status).toBe(status);
    expect(lockOf(20)).toEqual(status === 202 ? null : { by, reason: null });
  });
});

test('to unlock a server that is not locked changes nothing', async () => {
  expect((await act(20, { unlock: null }, { as: 'memberOfB' })).status).toBe(202);
  expect(world.writes).toEqual([]);
});

test.each([
  ['reader', 10, 403],
  ['memberOfB', 10, 404],
  ['service', 10, 404],
])('a %s may not lock server %i: %i', async (as, n, status) => {
  expect((await act(n, { lock: null }, { as })).status).toBe(status);
  expect((await act(n, { unlock: null }, { as })).status).toBe(status);
});

/** The requests that Nova refuses for a locked server, and those that it does not. */
describe.each(['owner', 'admin'] as const)('a server that the %s has locked', (by) => {
  beforeEach(() => start(lockedBy(by)));

  test.each<[string, string, unknown]>([
    ['POST', '/action', { 'os-stop': null }],
    ['POST', '/action', { 'os-start': null }],
    ['POST', '/action', { forceDelete: null }],
    ['DELETE', '', undefined],
    ['POST', '/metadata', { metadata: { a: 'b' } }],
    ['PUT', '/metadata', { metadata: { a: 'b' } }],
    ['PUT', '/metadata/a', { meta: { a: 'b' } }],
  ])(
    '%s %s %j is a conflict for a tenant, and not for an administrator',
    async (method, path, body) => {
      const answer = await ask(`${server(20)}${path}`, { method, body, as: 'memberOfB' });
      expect(answer).toMatchObject({
        status: 409,
        body: { conflictingRequest: { message: `Instance ${id(20)} is locked` } },
      });
      expect(world.writes).toEqual([]);
      const { status, body: answered } = await ask(`${server(20)}${path}`, { method, body });
      if (status === 409) expect(JSON.stringify(answered)).not.toContain('is locked');
      else expect(status).toBeLessThan(300);
    },
  );

  test.each<[string, unknown]>([
    ['', { server: { name: 'new' } }],
    ['/tags', { tags: ['a'] }],
  ])('PUT %s by the owner is accepted', async (path, body) => {
    const given = { method: 'PUT', body, as: 'memberOfB', version: '2.94' };
    expect((await ask(`${server(20)}${path}`, given)).status).toBe(200);
    expect(lockOf(20)).toEqual({ by, reason: null });
  });

  test('may be reset and evacuated by an administrator, and stays locked', async () => {
    world.hosts.set('compute-1', downHost());
    expect((await act(20, { 'os-resetState': { state: 'error' } })).status).toBe(202);
    expect((await act(20, { evacuate: { host: 'compute-2' } }, { version: '2.94' })).status).toBe(
      200,
    );
    expect(world.instances.get(id(20))).toMatchObject({ host: 'compute-2', lock: { by } });
  });
});

test('a lock has its own event and action, and makes no report stale', async () => {
  await act(20, { lock: null }, { as: 'memberOfB' });
  expect(world.sent.at(-1)?.event_type).toBe('compute.instance.lock');
  const { body } = await ask(`${server(20)}/os-instance-actions`, { as: 'memberOfB' });
  expect(body).toMatchObject({ instanceActions: [{ action: 'lock', user_id: 'memberOfB' }] });
  await act(20, { unlock: null }, { as: 'memberOfB' });
  expect(world.sent.at(-1)?.event_type).toBe('compute.instance.unlock');
  expect(world.instances.get(id(20))?.reported_at).toBe(instanceWith().reported_at);
});

describe('forceDelete', () => {
  test.each([
    ['admin', 20, 202],
    ['memberOfB', 20, 202],
    ['reader', 10, 403],
    ['memberOfB', 10, 404],
  ])('by %s of server %i: %i', async (as, n, status) => {
    expect((await act(n, { forceDelete: null }, { as })).status).toBe(status);
    expect(world.instances.get(id(n))?.deleted).toBe(status === 202);
  });

  test.each(['building', 'soft-delete', 'error', 'shelved'] as const)(
    'takes a server that is %s, too',
    async (vm_state) => {
      start({ vm_state, launched_at: null });
      expect((await act(10, { forceDelete: {} })).status).toBe(202);
      expect((await ask(server(10))).status).toBe(404);
    },
  );
});

describe('the actions of a deleted server', () => {
  test.each([
    ['2.20', 404],
    ['2.21', 200],
    ['2.58', 200],
    ['2.94', 200],
  ])('at %s: %i', async (version, status) => {
    await act(20, { forceDelete: null }, { as: 'memberOfB' });
    const path = `${server(20)}/os-instance-actions`;
    const answer = await ask(path, { as: 'memberOfB', version });
    expect(answer.status).toBe(status);
    if (status === 200) {
      expect(answer.body).toMatchObject({ instanceActions: [{ action: 'delete' }] });
      expect((await ask(path, { as: 'member', version })).status).toBe(404);
    }
  });
});
