/** Doctor's own surface as it is composed: which flow a route runs, and on which stores. */
import { expect, test } from 'vitest';
import type { HostDataPlane } from '../../../domain/ports/host-data-plane.ts';
import { portWith } from '../../domain/ports/ports.ts';
import { downHost, hostWith, id, instanceWith, minute } from '../../domain/rows.ts';
import { rawSample } from '../../events/samples.ts';
import { worldOf } from '../../flows/world.ts';
import { doctorOf } from './surface.ts';

test('an event from outside is queued at once and after the delay, in the lane of its type', async () => {
  const { ask, queued } = doctorOf(worldOf(), { deadLetter: async () => {} });
  const body = [
    rawSample('ceilometer/instance-update.json'),
    rawSample('ceilometer/port-update.json'),
  ];
  const { status } = await ask('POST', 'events', { body: body.flat() });
  expect(status).toBe(202);
  const sent = queued.map(({ event, lane, delaySeconds }) => [
    event.event_type,
    lane,
    delaySeconds,
  ]);
  const types = [...new Set(queued.map(({ event }) => event.event_type))];
  expect(sent).toHaveLength(2 * types.length);
  for (const type of types) {
    const [now, later] = sent.filter(([each]) => each === type);
    expect(now?.[2]).toBeUndefined();
    expect(later).toEqual([type, now?.[1], 7]);
  }
});

test('a report on the ports of a host is made under its registered name, and its ports follow', async () => {
  const port = portWith({ id: id(1), 'binding:host_id': 'compute-1' });
  const changed: string[] = [];
  const saved: HostDataPlane[] = [];
  const { ask } = doctorOf(worldOf({ hosts: [hostWith()] }), {
    portIds: async function* ({ value }) {
      yield value === 'compute-1' ? [port.id] : [];
    },
    ports: async () => [port],
    dataPlane: async () => saved.at(-1),
    saveReport: async (_, { plane }) => {
      saved.push(plane);
      return true;
    },
    changePorts: async (changes) => {
      changed.push(...changes.map(({ to }) => `${to.id} ${to.data_plane_status}`));
      return [];
    },
  });
  const body = { data_plane_status: 'DOWN' };
  const answer = await ask('PUT', 'hosts/COMPUTE-1/data-plane-status', { body }, 'admin');
  expect(answer.status).toBe(200);
  expect(saved).toMatchObject([{ host: 'compute-1', number: 1 }]);
  expect(changed).toEqual([`${port.id} DOWN`]);
});

test('a heartbeat is recorded with the time of the surface, and a host without one for too long is shown down', async () => {
  const world = worldOf({ hosts: [hostWith({ heartbeat: true })] });
  const noted: unknown[] = [];
  const { ask } = doctorOf(world, {
    seenUp: async (...given) => {
      noted.push(given);
      return 'noted';
    },
  });
  expect((await ask('POST', 'hosts/compute-1/heartbeat', { body: {} })).status).toBe(204);
  expect(noted).toEqual([['compute-1', minute(20)]]);
  expect(await ask('GET', 'hosts/compute-1')).toMatchObject({ body: { host: { state: 'down' } } });
});

test('a server is shown with its owed fault applied', async () => {
  const world = worldOf({ hosts: [downHost()], instances: [instanceWith()] });
  const { body } = await doctorOf(world).ask('GET', `servers/${id(10)}`);
  expect(body).toMatchObject({ server: { vm_state: 'stopped' } });
  expect(world.instances.get(id(10))?.vm_state).toBe('active');
});
