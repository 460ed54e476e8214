import { expect, test } from 'vitest';
import type { Instance } from '../../domain/servers/instance.ts';
import { takePortsAlong } from '../../flows/take-ports-along.ts';
import { id, instanceWith, minute } from '../domain/rows.ts';
import { portsWorld } from './ports-world.ts';

/** Three ports on host `h`: two of a server that is now on host `new`, and one without a server. */
function movedServer(given: Partial<Instance> = {}) {
  const world = portsWorld(3, { device_id: id(500) });
  world.rows.set(id(2), { ...(world.rows.get(id(2)) ?? never()), device_id: '' });
  const server = instanceWith({ uuid: id(500), host: 'new', ...given });
  const deps = {
    ...world.deps,
    instances: async () => [server],
    now: () => minute(8),
  };
  const take = () =>
    takePortsAlong(deps, { left: 'h', servers: [{ uuid: id(500), at: minute(7) }] });
  return { ...world, server, take };
}

const never = (): never => {
  throw new Error('no such port');
};
const hosts = ({ rows }: ReturnType<typeof movedServer>) =>
  [...rows.values()].map((port) => port['binding:host_id']);

test('ports of a server that moved are bound to its host, in its mover’s name, once', async () => {
  const world = movedServer();
  expect(await world.take()).toBe(2);
  expect(hosts(world)).toEqual(['new', 'new', 'h']);
  const { user_id, request_id } = world.server.last_change;
  expect(world.rows.get(id(0))).toMatchObject({
    ...{ revision: 2, updated_at: minute(8), bound_at: minute(7) },
    last_change: { user_id, request_id, kind: 'update' },
  });
  const sentBefore = world.sent.length;
  expect(await world.take()).toBe(0);
  expect(world.sent).toHaveLength(sentBefore);
});

test('a report on the host that was left comes first, and is left behind', async () => {
  const world = movedServer();
  world.state.hidden = new Set([id(0), id(1)]);
  await world.report('DOWN', 'h', 1);
  world.state.hidden.clear();
  await world.take();
  expect(world.rows.get(id(0))).toMatchObject({ data_plane_status: null, revision: 3 });
  const ofFirst = world.toggles().filter(({ stamp }) => stamp?.resource === id(0));
  expect(ofFirst.map(({ stamp }) => stamp?.revision)).toEqual([2, 3]);
});

test('another writer that binds a port meanwhile is not overruled', async () => {
  const world = movedServer();
  world.state.meanwhile = () => world.bind(id(0), 'third');
  expect(await world.take()).toBe(1);
  expect(hosts(world)).toEqual(['third', 'new', 'h']);
});

test.each([{ host: 'h' }, { host: null }, { deleted: true }])(
  'ports of a server that is %o stay',
  async (given) => {
    const world = movedServer(given);
    expect(await world.take()).toBe(0);
    expect(hosts(world)).toEqual(['h', 'h', 'h']);
  },
);

test('a port that the index does not show yet is bound the next time', async () => {
  const world = movedServer();
  world.state.hidden.add(id(1));
  expect(await world.take()).toBe(1);
  world.state.hidden.clear();
  expect(await world.take()).toBe(1);
  expect(hosts(world)).toEqual(['new', 'new', 'h']);
});
