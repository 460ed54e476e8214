/** Ports that are made on hosts, and bound to others, with what is reported of those. */
import { expect, test } from 'vitest';
import { reportedDataPlane } from '../../../domain/ports/host-data-plane.ts';
import type { DataPlaneStatus, Port } from '../../../domain/ports/port.ts';
import { portWith } from '../../domain/ports/ports.ts';
import { id, minute } from '../../domain/rows.ts';
import { networkWorld } from './network.ts';

const path = `/v2.0/ports/${id(700)}`;

/** One port, as given; the data plane of host `failed` is DOWN. */
function besideAFailedHost(given: Partial<Port> = {}) {
  const world = networkWorld();
  const port = portWith({ 'binding:host_id': 'good', ...given });
  world.rows.set(port.id, port);
  const { plane } = reportedDataPlane(undefined, {
    ...{ host: 'failed', data_plane_status: 'DOWN', newId: () => id(900) },
    actor: { user_id: 'sdn', request_id: 'req-sdn', at: minute(0) },
    reporter: { user_id: 'sdn', user_name: 'sdn', project_id: 'ops' },
  });
  world.planes.set('failed', plane);
  const bind = (host: string | null, more: object = {}, who = 'admin@ops') =>
    world.ask(who, 'PUT', path, { body: { port: { 'binding:host_id': host, ...more } } });
  return { ...world, bind };
}

test.each([
  { to: 'failed', more: {}, is: 'DOWN' },
  { to: 'failed', more: { data_plane_status: 'ACTIVE' }, is: 'ACTIVE' },
  { to: 'failed', more: { data_plane_status: null }, is: null },
  { to: 'failed', more: { dp_down: true }, is: 'DOWN' },
  { to: 'failed', more: { dp_down: false }, is: 'ACTIVE' },
  { to: 'elsewhere', more: {}, is: null },
  { to: 'elsewhere', more: { dp_down: false }, is: null },
  { to: 'elsewhere', more: { data_plane_status: 'DOWN' }, is: 'DOWN' },
  { to: null, more: {}, is: null },
  { to: 'good', more: {}, is: 'ACTIVE' },
])('a port that is ACTIVE on good, and bound to $to with $more, is $is', async (given) => {
  const { bind, sent } = besideAFailedHost({ data_plane_status: 'ACTIVE' });
  const { status, body } = await bind(given.to, given.more);
  expect(status).toBe(200);
  expect(Object(body).port).toMatchObject({
    ...{ data_plane_status: given.is, dp_down: given.is === 'DOWN' },
  });
  const toggles = sent.filter(({ event_type }) => event_type === 'port.data_plane_status.update');
  expect(toggles).toHaveLength(given.is === 'ACTIVE' ? 0 : 1);
});

test('a service that moves a server’s port moves its data plane, and its owner sees no host', async () => {
  const { bind, ask, sent } = besideAFailedHost();
  expect((await bind('failed', {}, 'service@nova')).status).toBe(200);
  const { body } = await ask('reader@a', 'GET', path);
  expect(Object(body).port).toMatchObject({ data_plane_status: 'DOWN', revision_number: 2 });
  expect(Object(body).port).not.toHaveProperty('binding:host_id');
  // What notifications show of an event: `port_host` is for silences of hosts.
  const shown = sent.map(({ port_host: _, ...event }) => event);
  expect(JSON.stringify(shown)).not.toMatch(/failed|good/);
  expect(sent[0]?.traits).toContainEqual(['cause', 1, 'data_plane_fault']);
});

test.each<{ host: string; is: DataPlaneStatus }>([
  { host: 'failed', is: 'DOWN' },
  { host: 'elsewhere', is: null },
])('a port that is made on $host is $is', async ({ host, is }) => {
  const { ask } = besideAFailedHost();
  const port = { network_id: id(800), 'binding:host_id': host };
  const { body } = await ask('admin@ops', 'POST', '/v2.0/ports', { body: { ports: [port] } });
  expect(Object(body).ports).toMatchObject([
    { data_plane_status: is, dp_down: is === 'DOWN', revision_number: 1 },
  ]);
});
