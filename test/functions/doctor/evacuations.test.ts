import { beforeEach, expect, test } from 'vitest';
import {
  downHost,
  evacuationWith,
  id,
  instanceWith,
  minute,
  movingInstance,
  targetHost,
} from '../../domain/rows.ts';
import { type World, worldOf } from '../../flows/world.ts';
import { doctorOf } from './surface.ts';

let world: World;
beforeEach(() => {
  world = worldOf({
    hosts: [downHost(), targetHost()],
    instances: [movingInstance(), instanceWith({ uuid: id(20) })],
  });
});

const report = (body: unknown, { uuid = id(10), as = 'service' } = {}) =>
  doctorOf(world).ask('POST', `servers/${uuid}/evacuation`, { body }, as);

test.each(['done', 'failed'])(
  '%s is answered with the record, also when it is repeated',
  async (s) => {
    const evacuation = {
      ...{ migration_uuid: id(70), id: 7, instance_uuid: id(10), status: s },
      ...{ source: 'compute-1', dest: 'compute-2', executor: 'none', reason: null },
      ...{ created_at: minute(12), updated_at: minute(20) },
    };
    for (const body of [{ status: s }, { status: s, migration_uuid: id(70).toUpperCase() }]) {
      const answer = await report(body);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ evacuation });
    }
    expect(world.instances.get(id(10))?.last_change.user_id).toBe('service');
    const other = s === 'done' ? 'failed' : 'done';
    expect((await report({ status: other })).status).toBe(409);
  },
);

test.each([
  ['of another record', { status: 'done', migration_uuid: id(71) }, {}, 409],
  ['of what is not evacuated', { status: 'done' }, { uuid: id(20) }, 409],
  ['of an unknown server', { status: 'done' }, { uuid: id(404) }, 404],
  ['of no server', { status: 'done' }, { uuid: 'x' }, 400],
  ['by a member', { status: 'done' }, { as: 'member' }, 403],
  ['by no caller', { status: 'done' }, { as: '' }, 401],
  ['by an administrator', { status: 'done' }, { as: 'admin' }, 200],
])('%s', async (_, body, given, status) => {
  expect((await report(body, given)).status).toBe(status);
});

test.each<unknown>([
  undefined,
  null,
  [],
  {},
  { status: 'completed' },
  { status: 'accepted' },
  { status: 'DONE' },
  { status: true },
  { status: 'done', migration_uuid: 7 },
  { status: 'done', migration_uuid: 'x' },
  { status: 'done', migration_uuid: null },
  { status: 'done', host: 'compute-3' },
])('%j is refused, and nothing changes', async (body) => {
  expect((await report(body)).status).toBe(400);
  expect(world.writes).toEqual([]);
});

const shown = (given: Parameters<typeof doctorOf>[1] = {}, uuid = id(10), as = 'service') =>
  doctorOf(world, given).ask('GET', `servers/${uuid}/evacuation`, {}, as);

test('the newest evacuation is shown, with its progress while Nova carries it out', async () => {
  const move = evacuationWith({ executor: 'openstack', dest: null });
  world.instances.set(id(10), movingInstance({ evacuation: move }));
  const claim = { after: 0, at: minute(12), asks: 1, refused: false, progress: 'pre-migrating' };
  const answer = await shown({ moveClaim: async (uuid) => (uuid === id(70) ? claim : undefined) });
  expect(answer).toMatchObject({
    status: 200,
    body: { evacuation: { status: 'accepted', dest: null, progress: 'pre-migrating' } },
  });
});

test('a server that was never evacuated has none, an unknown server is 404, and a member may not ask', async () => {
  expect(await shown({}, id(20))).toMatchObject({ status: 200, body: { evacuation: null } });
  expect((await shown({}, id(404))).status).toBe(404);
  expect((await shown({}, id(10), 'member')).status).toBe(403);
});
