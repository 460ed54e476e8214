import { beforeEach, expect, test } from 'vitest';
import { downHost, hostWith, id, instanceWith } from '../../../domain/rows.ts';
import { traitOf, type World, worldOf } from '../../../flows/world.ts';
import { type Asked, computeOf, projectA } from '../surface.ts';

let world: World;
let ask: ReturnType<typeof computeOf>;

beforeEach(() => {
  const metadata = { role: 'db', tier: '1' };
  const instances = [instanceWith({ project_id: projectA, metadata })];
  world = worldOf({ hosts: [hostWith()], instances });
  ask = computeOf(world);
});

const path = `/v2.1/servers/${id(10)}/metadata`;
const send = (method: string, metadata: unknown, given: Asked = {}) =>
  ask(path, { method, as: 'member', body: { metadata }, ...given });

test.each(['2.1', '2.94'])('at %s metadata is shown, added, replaced and deleted', async (v) => {
  const at = { as: 'member', version: v };
  const shown = await ask(path, { as: 'reader', version: v });
  expect(shown).toMatchObject({ status: 200, body: { metadata: { role: 'db', tier: '1' } } });
  const added = await send('POST', { tier: '2', a: '' }, at);
  expect(added.body).toEqual({ metadata: { role: 'db', tier: '2', a: '' } });
  expect((await send('PUT', { b: 'x', c: 'y z' }, at)).body).toEqual({
    metadata: { b: 'x', c: 'y z' },
  });
  const gone = await ask(`${path}/b`, { method: 'DELETE', ...at });
  expect(gone).toMatchObject({ status: 204, body: undefined });
  expect((await ask(path, at)).body).toEqual({ metadata: { c: 'y z' } });
});

test('a change sends one event, a repeated one none', async () => {
  await send('POST', { a: 'b' });
  await send('POST', { a: 'b' });
  expect(world.sent.map((event) => [traitOf(event, 'old_state'), traitOf(event, 'state')])).toEqual(
    [['active', 'active']],
  );
});

test('an owed fault is written first', async () => {
  world.hosts.set('compute-1', downHost());
  await send('POST', { a: 'b' });
  expect(world.sent.map((event) => traitOf(event, 'state'))).toEqual(['stopped', 'stopped']);
  expect(world.instances.get(id(10))).toMatchObject({ vm_state: 'stopped', revision: 3 });
});

test.each<unknown>([
  null,
  'a=b',
  [],
  { a: 1 },
  { a: null },
  { a: { b: 'c' } },
  { '': 'b' },
  { 'a/b': 'c' },
  { ä: 'c' },
  { ['k'.repeat(256)]: 'v' },
  { a: 'v'.repeat(256) },
  { a: '\ud800' },
])('metadata %j is refused, and nothing changes', async (metadata) => {
  for (const method of ['POST', 'PUT']) {
    expect(await send(method, metadata)).toMatchObject({ status: 400, body: { badRequest: {} } });
  }
  expect(world.writes).toEqual([]);
});

test('a body without metadata, or with more, is refused', async () => {
  for (const body of [{}, { metadata: {}, meta: {} }, { meta: { a: 'b' } }, '{"metadata":']) {
    expect((await send('POST', {}, { body })).status).toBe(400);
  }
});

test('more items than Nova’s quota are forbidden', async () => {
  const many = Object.fromEntries(Array.from({ length: 129 }, (_, n) => [`key-${n}`, 'v']));
  expect(await send('PUT', many)).toMatchObject({
    status: 403,
    body: { forbidden: { message: 'Maximum number of metadata items exceeds 128' } },
  });
  expect(world.writes).toEqual([]);
});

test('an unknown item is not found', async () => {
  for (const key of ['nothing', 'constructor', '%00']) {
    const answer = await ask(`${path}/${key}`, { method: 'DELETE', as: 'member' });
    expect(answer).toMatchObject({ status: 404, body: { itemNotFound: {} } });
  }
});

test.each([
  ['reader', 200, 403],
  ['member', 200, 200],
  ['admin', 200, 200],
  ['memberOfB', 404, 404],
  ['unscoped', 404, 404],
])('a %s may read: %i, and write: %i', async (as, read, write) => {
  expect((await ask(path, { as })).status).toBe(read);
  expect((await send('POST', { a: 'b' }, { as })).status).toBe(write);
  if (write !== 200) expect(world.writes).toEqual([]);
});

test.each([
  ['reader', 403],
  ['memberOfB', 404],
  ['member', 204],
  ['admin', 204],
])('a server is deleted by a %s: %i', async (as, status) => {
  const server = `/v2.1/servers/${id(10)}`;
  const answer = await ask(server, { method: 'DELETE', as });
  expect(answer.status).toBe(status);
  if (status !== 204) {
    expect(world.writes).toEqual([]);
    return;
  }
  expect(answer.body).toBeUndefined();
  expect(world.instances.get(id(10))).toMatchObject({
    ...{ deleted: true, vm_state: 'deleted', last_change: { user_id: as } },
  });
  expect((await ask(server, { method: 'DELETE', as })).status).toBe(404);
  expect(world.sent.map(({ event_type }) => event_type)).toEqual(['compute.instance.delete.end']);
});
