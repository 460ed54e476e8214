import { expect, test } from 'vitest';
import { cloud, idsOf, ok } from './cloud.ts';
import { type Disturbable, hows } from './disturbance.ts';
import { expectDown, portsIn } from './ports-cloud.ts';
import { makeWorld } from './world.ts';

test('a toggle of one port makes the write and the send of its table, and no other', async () => {
  await using world = await makeWorld();
  const neutron = portsIn(world);
  const [port = ''] = await neutron.ports('h', 1);
  expect(await neutron.put(port, { dp_down: true })).toMatchObject({
    ...{ kind: 'done', calls: ['PutItem', 'SendMessageBatch'] },
  });
  expect(await neutron.put(port, { dp_down: true })).toMatchObject({ calls: [] });
});

test('a report on a host’s ports makes the writes and the send of its table, and no other', async () => {
  await using world = await makeWorld();
  const neutron = portsIn(world);
  await neutron.ports('h', 2);
  expect(await neutron.report('h', 'DOWN')).toMatchObject({
    ...{ kind: 'done', calls: ['TransactWriteItems', 'TransactWriteItems', 'SendMessageBatch'] },
  });
  expect(await neutron.report('h', 'DOWN')).toMatchObject({ calls: ['TransactWriteItems'] });
});

test('undisturbed, owners are notified once, however the lanes interleave, and a repeat notifies no one', async () => {
  await using world = await makeWorld();
  const neutron = portsIn(world);
  const ports = await neutron.ports('h', 3);
  for (const port of ports) await neutron.alarm(port);
  await world.recover();
  ok(await neutron.report('h', 'DOWN'));
  await Promise.all([world.evaluate(), world.reconcile().then(() => world.evaluate())]);
  await world.recover();
  await expectDown(neutron, ports);
  expect(await world.received()).toHaveLength(3);
  ok(await neutron.report('h', 'DOWN'));
  ok(await neutron.put(ports[0] ?? '', { data_plane_status: 'DOWN' }));
  await world.recover();
  expect(await world.received()).toEqual([]);
});

const reportSteps = ['the report and its fault', 'the ports', 'their events'] as const;

for (const how of hows) {
  test.each(reportSteps.map((step, n) => ({ step, at: n + 1 })))(
    `when a report writes $step and it ${how}, every port ends up down and every owner is notified`,
    async ({ at }) => {
      await using world = await makeWorld();
      const neutron = portsIn(world);
      const ports = await neutron.ports('h', 2);
      for (const port of ports) await neutron.alarm(port);
      await world.recover();

      const outcome = await neutron.report('h', 'DOWN', { at, how });
      if (how === 'is the last thing done') expect(outcome.kind).toBe('was killed');
      if (at === 1 && how === 'fails') ok(await neutron.report('h', 'DOWN'));
      for (const port of ports) {
        expect(await neutron.seen(port)).toMatchObject({ dp_down: true, revision_number: 2 });
      }
      await world.recover();
      await expectDown(neutron, ports);
      const received = await world.received();
      expect(new Set(idsOf(received)).size).toBe(2);
      expect(received).toHaveLength(2);
      expect(new Set(received.map(({ fault_id }) => fault_id)).size).toBe(1);
    },
  );
}

const toggleSteps = ['the port', 'its events'] as const;

for (const how of hows) {
  test.each(toggleSteps.map((step, n) => ({ step, at: n + 1 })))(
    `when a toggle writes $step and it ${how}, what was written is notified once`,
    async ({ at }) => {
      await using world = await makeWorld();
      const neutron = portsIn(world);
      const [port = ''] = await neutron.ports('h', 1);
      await neutron.alarm(port);
      await world.recover();
      const outcome = await neutron.put(port, { dp_down: true }, { at, how });
      if (how === 'is the last thing done') expect(outcome.kind).toBe('was killed');
      if (at === 1 && how === 'fails') ok(await neutron.put(port, { dp_down: true }));
      await world.recover();
      expect(await neutron.row(port)).toMatchObject({ data_plane_status: 'DOWN', revision: 2 });
      expect(await world.received()).toHaveLength(1);
    },
  );
}

/** The index `byHost` does not show a port yet. */
const lagging =
  (hidden: string) =>
  ({ dynamo }: Disturbable): void =>
    dynamo.middlewareStack.add(
      (next, context) => async (args) => {
        const answer = await next(args);
        const { output } = answer;
        if (context.commandName === 'QueryCommand' && 'Items' in output && output.Items) {
          output.Items = output.Items.filter((item) => item.id?.S !== hidden && item.id !== hidden);
        }
        return answer;
      },
      { step: 'initialize' },
    );

test('a port that the index did not show goes down and its owner is notified, also after the next report', async () => {
  await using world = await makeWorld();
  const neutron = portsIn(world);
  const [port = '', other = ''] = await neutron.ports('h', 2);
  await neutron.alarm(port);
  await world.recover();
  await neutron.toggles();
  ok(await neutron.report('h', 'DOWN', undefined, lagging(port)));
  expect(await neutron.row(port)).toMatchObject({ data_plane_status: null });
  expect(await neutron.seen(port)).toMatchObject({ dp_down: true });
  ok(await neutron.report('h', 'ACTIVE', undefined, lagging(port)));
  await world.recover();
  for (const each of [port, other]) {
    expect(await neutron.row(each)).toMatchObject({ data_plane_status: 'ACTIVE', revision: 3 });
  }
  expect(await world.received()).toHaveLength(1);
  const expected = [port, other].flatMap((each) => [`${each} 2 DOWN`, `${each} 3 ACTIVE`]);
  expect((await neutron.toggles()).sort()).toEqual(expected.sort());
});

test('late work of the fault-finisher does not undo a newer report on a port', async () => {
  await using world = await makeWorld();
  const neutron = portsIn(world);
  const ports = await neutron.ports('h', 2);
  await world.recover();
  ok(await neutron.report('h', 'DOWN', undefined, lagging(ports[0] ?? '')));
  for (const port of ports) ok(await neutron.put(port, { data_plane_status: 'ACTIVE' }));
  await world.recover();
  for (const port of ports) {
    expect(await neutron.row(port)).toMatchObject({ data_plane_status: 'ACTIVE', revision: 3 });
  }
});

test('a report on many ports that dies in the middle reaches all of them', async () => {
  await using world = await makeWorld();
  const neutron = portsIn(world);
  const ports = await neutron.ports('h', 250);
  await world.recover();
  const outcome = await neutron.report('h', 'DOWN', { at: 2, how: 'is the last thing done' });
  expect(outcome.kind).toBe('was killed');
  await world.reconcile();
  await world.finish();
  const after = await Promise.all(ports.map((port) => neutron.row(port)));
  expect(new Set(after.map((row) => row?.data_plane_status))).toEqual(new Set(['DOWN']));
  expect(new Set(after.map((row) => row?.revision))).toEqual(new Set([2]));
});

test('twenty writers at once: one event for each real change, and none lost', async () => {
  await using world = await makeWorld();
  const neutron = portsIn(world);
  const [port = ''] = await neutron.ports('h', 1);
  await world.recover();
  await neutron.toggles();
  const words = Array.from({ length: 20 }, (_, n) => (n % 2 === 0 ? 'DOWN' : 'ACTIVE'));
  const outcomes = await Promise.all(
    words.map((data_plane_status) => neutron.put(port, { data_plane_status })),
  );
  for (const outcome of outcomes) ok(outcome);
  await world.recover();
  const revision = (await neutron.row(port))?.revision ?? 0;
  const received = (await neutron.toggles()).map((toggle) => toggle.split(' '));
  const revisions = received.map(([, number]) => Number(number)).sort((a, b) => a - b);
  expect(revisions).toEqual(Array.from({ length: revision - 1 }, (_, n) => n + 2));
  const inOrder = received
    .sort(([, a], [, b]) => Number(a) - Number(b))
    .map(([, , status]) => status);
  expect(inOrder).toEqual(inOrder.map((_, n) => (n % 2 === 0 ? inOrder[0] : inOrder[1])));
});

test('a host’s fault touches no port, and a data plane’s no server', async () => {
  await using world = await makeWorld();
  const [nova, neutron] = [cloud(world), portsIn(world)];
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  const [port = ''] = await neutron.ports('h', 1);
  const before = await nova.row(uuid);
  ok(await neutron.report('h', 'DOWN'));
  await world.recover();
  expect(await nova.row(uuid)).toEqual(before);
  const down = await neutron.row(port);
  ok(await nova.down('h'));
  await world.recover();
  expect(await neutron.row(port)).toEqual(down);
});
