/** The ports of servers that move from host to host, bound by the fault-finisher. */
import { expect, test } from 'vitest';
import { cloud, ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { failedHost, worldWith } from './evacuations.ts';
import { portsIn } from './ports-cloud.ts';

/** A server with a port on a host that is down; the data plane of its target is reported down. */
async function besideAFailedTarget() {
  const world = await worldWith('none');
  const [nova, neutron] = [cloud(world), portsIn(world)];
  const place = await failedHost(nova);
  const [port = ''] = await neutron.ports(place.host, 1);
  ok(await neutron.put(port, { device_id: place.uuid, device_owner: 'compute:nova' }));
  ok(await neutron.report(place.target, 'DOWN'));
  await neutron.alarm(port);
  await world.recover();
  await world.received();
  await neutron.toggles();
  return { world, nova, neutron, port, ...place };
}

test('an evacuated server’s port is bound with the write and the send of its table, and no other', async () => {
  const { world, nova, neutron, port, uuid, target } = await besideAFailedTarget();
  await using _ = world;
  ok(await nova.evacuate(uuid, target));
  await world.reconcile();
  expect(await world.finish()).toMatchObject({ calls: ['TransactWriteItems', 'SendMessageBatch'] });
  const bound = { 'binding:host_id': target, data_plane_status: 'DOWN', revision: 3 };
  expect(await neutron.row(port)).toMatchObject(bound);
  await world.recover();
  expect(await neutron.row(port)).toMatchObject(bound);
});

test('a port that an evacuated server leaves a failed data plane with is not DOWN any more', async () => {
  await using world = await worldWith('none');
  const [nova, neutron] = [cloud(world), portsIn(world)];
  const { host, target, uuid } = await failedHost(nova);
  const [port = '', stays = ''] = await neutron.ports(host, 2);
  ok(await neutron.put(port, { device_id: uuid, device_owner: 'compute:nova' }));
  ok(await neutron.report(host, 'DOWN'));
  await world.recover();
  await neutron.toggles();
  ok(await nova.evacuate(uuid, target));
  await world.recover();
  expect(await neutron.row(port)).toMatchObject({
    ...{ 'binding:host_id': target, data_plane_status: null },
  });
  // A port without a server stays on its host.
  expect(await neutron.row(stays)).toMatchObject({ 'binding:host_id': host });
  expect(await neutron.toggles()).toEqual([`${port} 4 undefined`]);
});

const steps = ['the port', 'its events'] as const;
const disturbances = hows.flatMap((how) => steps.map((step, n) => ({ how, step, at: n + 1 })));

test.each<Disturbance & { step: string }>(disturbances)(
  'when the finisher binds a port, which writes $step, and it $how, the port is bound and notified once',
  async ({ at, how }) => {
    const { world, nova, neutron, port, uuid, target } = await besideAFailedTarget();
    await using _ = world;
    ok(await nova.evacuate(uuid, target));
    await world.reconcile();
    const outcome = await world.finish({ at, how });
    if (how === 'is the last thing done') expect(outcome?.kind).toBe('was killed');
    await world.recover();
    expect(await neutron.row(port)).toMatchObject({
      ...{ 'binding:host_id': target, data_plane_status: 'DOWN', revision: 3 },
    });
    expect(await world.received()).toHaveLength(1);
  },
);

test.each(hows)(
  'when the reconciler sends the departure, and it %s, the port is bound',
  async (how) => {
    const { world, nova, neutron, port, uuid, target } = await besideAFailedTarget();
    await using _ = world;
    ok(await nova.evacuate(uuid, target));
    for (const at of [1, 2, 3]) await world.reconcile({ at, how });
    await world.recover();
    expect(await neutron.row(port)).toMatchObject({ 'binding:host_id': target, revision: 3 });
    expect(await world.received()).toHaveLength(1);
  },
);

test('the port of a server that moves again, or back, is on the server’s host in the end; a port that another caller has bound stays', async () => {
  const { world, nova, neutron, port, uuid, host } = await besideAFailedTarget();
  await using _ = world;
  const other = 'somewhere';
  await nova.host(other);
  for (const to of [other, 't0', other]) ok(await nova.server(uuid, to));
  await world.recover();
  expect(await neutron.row(port)).toMatchObject({ 'binding:host_id': other });
  ok(await neutron.put(port, { 'binding:host_id': 'by-hand' }));
  ok(await nova.server(uuid, 't0'));
  await world.recover();
  expect(await neutron.row(port)).toMatchObject({ 'binding:host_id': 'by-hand' });
  ok(await nova.down(host));
  await world.recover();
  expect(await neutron.row(port)).toMatchObject({ 'binding:host_id': 'by-hand' });
});
