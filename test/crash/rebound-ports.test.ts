import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { idsOf, ok } from './cloud.ts';
import { hows } from './disturbance.ts';
import { portsIn } from './ports-cloud.ts';
import { makeWorld } from './world.ts';

/** A port on host `good`, with an alarm; the data plane of host `failed` is reported down. */
async function besideAFailedHost() {
  const world = await makeWorld();
  const neutron = portsIn(world);
  const [port = ''] = await neutron.ports('good', 1);
  await neutron.ports('failed', 1);
  ok(await neutron.report('failed', 'DOWN'));
  await neutron.alarm(port);
  await world.recover();
  await world.received();
  await neutron.toggles();
  return { world, neutron, port };
}

const to = (host: string) => ({ 'binding:host_id': host });

test('a port that goes to another host makes the write and the send of its table, and no other', async () => {
  const { world, neutron, port } = await besideAFailedHost();
  await using _ = world;
  expect(await neutron.put(port, to('failed'))).toMatchObject({
    ...{ kind: 'done', calls: ['TransactWriteItems', 'SendMessageBatch'] },
  });
  expect(await neutron.put(port, to('failed'))).toMatchObject({ calls: [] });
});

test('undisturbed, the owner is notified once when its port comes to a failed host, and once when it leaves', async () => {
  const { world, neutron, port } = await besideAFailedHost();
  await using _ = world;
  ok(await neutron.put(port, to('failed')));
  await Promise.all([world.evaluate(), world.reconcile().then(() => world.evaluate())]);
  await world.recover();
  const received = await world.received();
  expect(received).toHaveLength(1);
  expect(received[0]?.fault_id).toEqual(expect.any(String));
  expect(JSON.stringify(received)).not.toMatch(/failed|good/);
  ok(await neutron.put(port, to('good')));
  await world.recover();
  expect(await neutron.row(port)).toMatchObject({ data_plane_status: null, revision: 3 });
  expect(await neutron.toggles()).toEqual([`${port} 2 DOWN`, `${port} 3 undefined`]);
  // Reports on the host that it left send no notification of it any more.
  ok(await neutron.report('failed', 'ACTIVE'));
  ok(await neutron.report('failed', 'DOWN'));
  await world.recover();
  expect(await neutron.row(port)).toMatchObject({ data_plane_status: null, revision: 3 });
  expect(await world.received()).toEqual([]);
});

const steps = ['the port', 'its events'] as const;

for (const how of hows) {
  test.each(steps.map((step, n) => ({ step, at: n + 1 })))(
    `when a port goes to a failed host, which writes $step, and it ${how}, it ends up there, down and notified once`,
    async ({ at }) => {
      const { world, neutron, port } = await besideAFailedHost();
      await using _ = world;
      const outcome = await neutron.put(port, to('failed'), { at, how });
      if (how === 'is the last thing done') expect(outcome.kind).toBe('was killed');
      if (at === 1 && how === 'fails') ok(await neutron.put(port, to('failed')));
      await world.recover();
      expect(await neutron.row(port)).toMatchObject({
        ...{ ...to('failed'), data_plane_status: 'DOWN', report_number: 1, revision: 2 },
      });
      expect(await world.received()).toHaveLength(1);
    },
  );

  test.each(steps.map((step, n) => ({ step, at: n + 1 })))(
    `when a port is made on a failed host, which writes $step, and it ${how}, it is down and notified once`,
    async ({ at }) => {
      const { world, neutron } = await besideAFailedHost();
      await using _ = world;
      const id = randomUUID();
      await neutron.alarm(id);
      const make = () => neutron.make({ id, ...to('failed') });
      const outcome = await neutron.make({ id, ...to('failed') }, { at, how });
      if (how === 'is the last thing done') expect(outcome.kind).toBe('was killed');
      if (at === 1 && how === 'fails') ok(await make());
      await world.recover();
      expect(await neutron.row(id)).toMatchObject({ data_plane_status: 'DOWN', revision: 1 });
      const received = await world.received();
      expect(new Set(idsOf(received)).size).toBe(1);
      expect(received).toHaveLength(1);
    },
  );
}

test('if ports leave a host while it is reported, each owner is notified of both changes, or of neither', async () => {
  await using world = await makeWorld();
  const neutron = portsIn(world);
  // One port stays on the host, because a report on a host without ports that is not registered is
  // refused.
  const [, ...ports] = await neutron.ports('h', 21);
  await world.recover();
  await neutron.toggles();
  const moves = ports.map((port) => neutron.put(port, to('other')));
  const outcomes = await Promise.all([neutron.report('h', 'DOWN'), ...moves]);
  for (const outcome of outcomes) ok(outcome);
  await world.recover();
  const toggles = await neutron.toggles();
  for (const port of ports) {
    const row = await neutron.row(port);
    expect(row).toMatchObject({ ...to('other'), data_plane_status: null });
    const down = row?.revision === 3;
    const expected = down ? [`${port} 2 DOWN`, `${port} 3 undefined`] : [];
    expect(toggles.filter((toggle) => toggle.startsWith(port))).toEqual(expected);
  }
});
