/** Changes that are made at the same time as a fault, or arrive in the wrong order. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { cloud, idsOf, ok } from './cloud.ts';
import type { Disturbable } from './disturbance.ts';
import { makeWorld } from './world.ts';

const Services = z.object({ services: z.array(z.object({ id: z.string() })) });

/** The index `byHost` does not show an instance yet. */
const lagging =
  (uuid: string) =>
  ({ dynamo }: Disturbable): void =>
    dynamo.middlewareStack.add(
      (next, context) => async (args) => {
        const answer = await next(args);
        const { output } = answer;
        if (context.commandName === 'QueryCommand' && 'Items' in output && output.Items) {
          output.Items = output.Items.filter((item) => item.uuid?.S !== uuid && item.uuid !== uuid);
        }
        return answer;
      },
      { step: 'initialize' },
    );

/** Runs each act once, just before the transaction of its number is sent. */
const before =
  (acts: Readonly<Record<number, () => Promise<unknown>>>) =>
  ({ dynamo }: Disturbable): void => {
    let seen = 0;
    dynamo.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName === 'TransactWriteItemsCommand') await acts[++seen]?.();
        return next(args);
      },
      { step: 'initialize' },
    );
  };

/**
 * Runs an act between the write of a host and that of its instance: the report's first transaction
 * fails because of another change of the instance, so the second has only the host.
 */
const amidFanOut = (change: () => Promise<unknown>, act: () => Promise<unknown>) =>
  before({ 1: change, 3: act });

test('an instance that the index did not show is stopped, with a notification, even after --up', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  await nova.alarm(uuid);
  await world.recover();

  ok(await nova.down('h', undefined, lagging(uuid)));
  expect(await nova.row(uuid)).toMatchObject({ vm_state: 'active' });
  expect(await nova.seen(uuid)).toMatchObject({ status: 'SHUTOFF' });
  ok(await nova.up('h'));
  expect(await nova.seen(uuid)).toMatchObject({ status: 'SHUTOFF' });
  await world.recover();
  expect(await nova.row(uuid)).toMatchObject({ vm_state: 'stopped', power_state: 4 });
  expect(await world.received()).toHaveLength(1);
});

test('an instance moved to a healthy host in the middle of a fan-out runs there', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  await nova.host('healthy');
  const [uuid = ''] = await nova.servers('h', 1);
  await nova.alarm(uuid);
  await world.recover();
  // The move applies the owed fault of the old host first, so the owner is notified once.
  ok(
    await nova.down(
      'h',
      undefined,
      amidFanOut(
        async () => ok(await nova.server(uuid, 'h', { name: 'changed' })),
        async () => ok(await nova.server(uuid, 'healthy')),
      ),
    ),
  );
  await world.recover();
  expect(await nova.row(uuid)).toMatchObject({ host: 'healthy', vm_state: 'active' });
  expect(await world.received()).toHaveLength(1);
  ok(await nova.up('h'));
  await world.recover();
  expect(await nova.row(uuid)).toMatchObject({ host: 'healthy', vm_state: 'active' });
});

test('an instance reported active in the middle of a fan-out is stopped too', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  await nova.alarm(uuid);
  await world.recover();
  ok(
    await nova.down(
      'h',
      undefined,
      amidFanOut(
        async () => ok(await nova.server(uuid, 'h', { name: 'changed' })),
        async () => ok(await nova.server(uuid, 'h', { name: 'again' })),
      ),
    ),
  );
  await world.recover();
  expect(await nova.row(uuid)).toMatchObject({ name: 'again', vm_state: 'stopped' });
  expect(await world.received()).toHaveLength(1);
});

test('an instance registered on a host that is down is never shown active', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  ok(await nova.down('h'));
  const uuid = randomUUID();
  ok(await nova.server(uuid, 'h'));
  expect(await nova.seen(uuid)).toMatchObject({ status: 'SHUTOFF' });
  expect(await nova.row(uuid)).toMatchObject({ pre_fault: { vm_state: 'active' } });
});

test('a host deleted and registered again owes no fault to its new instances', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  ok(await nova.down('h'));
  const version = { 'OpenStack-API-Version': 'compute 2.53' };
  const list = { path: '/compute/v2.1/os-services', headers: version };
  const { services } = Services.parse(ok(await world.request(list)));
  const path = `/compute/v2.1/os-services/${services[0]?.id}`;
  ok(await world.request({ method: 'DELETE', path, headers: version }));
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  await world.recover();
  expect(await nova.row(uuid)).toMatchObject({ vm_state: 'active', fault_number: 1 });
  await nova.alarm(uuid);
  ok(await nova.down('h'));
  await world.recover();
  expect(await nova.row(uuid)).toMatchObject({ vm_state: 'stopped', fault_number: 2 });
  expect(await world.received()).toHaveLength(1);
});

test('an instance deleted and registered again is notified again; a stale report does not create it again', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  const path = `/doctor/v1/servers/${uuid}`;
  const early = (await nova.row(uuid))?.reported_at;
  await nova.alarm(uuid, {
    repeat_actions: true,
    event_rule: {
      event_type: 'compute.instance.update',
      query: [{ field: 'traits.instance_id', op: 'eq', type: '', value: uuid }],
    },
  });
  ok(await nova.down('h'));
  await world.recover();
  expect(await world.received()).toHaveLength(1);
  ok(await world.request({ method: 'DELETE', path }));
  ok(await nova.server(uuid, 'h', { reported_at: early }));
  expect(await nova.row(uuid)).toMatchObject({ deleted: true });
  ok(await nova.up('h'));
  ok(await nova.server(uuid, 'h'));
  const reborn = await nova.row(uuid);
  expect(reborn).toMatchObject({ deleted: false, vm_state: 'active', revision: 1 });
  ok(await nova.down('h'));
  await world.recover();
  const received = await world.received();
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({ previous: 'alarm', current: 'alarm' });
});

test('an alarm that was created before the event fires, one that was created after it does not', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  const early = await nova.alarm(uuid);
  ok(await nova.down('h'));
  await nova.alarm(uuid);
  await world.recover();
  expect((await world.received()).map(({ alarm_id }) => alarm_id)).toEqual([early]);
});

test('an older event after a newer one, also of another resource, does not change the alarm again', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  const alarm = await nova.alarm(undefined, {
    repeat_actions: true,
    event_rule: { event_type: 'compute.instance.*' },
  });
  await nova.host('h');
  const [a = '', b = ''] = await nova.servers('h', 2);
  ok(await nova.server(a, 'h', { vm_state: 'paused' }));
  // No event was evaluated yet: the queue delivers five events, in order or with the newest first.
  await world.recover();
  const received = await world.received();
  expect(received.map(({ resource_id }) => resource_id).sort()).toEqual([a, a, b].sort());
  expect(new Set(idsOf(received)).size).toBe(3);
  expect(received.filter(({ previous }) => previous !== 'alarm')).toHaveLength(1);
  const path = `/alarming/v2/alarms/${alarm}/state`;
  ok(await world.request({ method: 'PUT', path, body: '"ok"' }));
  await world.recover();
  expect(await world.received()).toEqual([]);
  expect(ok(await world.request({ path }))).toBe('ok');
});

const Shown = z.record(z.string(), z.unknown());

test('if the alarm fires during an update, neither the update nor the transition is lost', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  const path = `/alarming/v2/alarms/${await nova.alarm(uuid)}`;
  await world.recover();
  // As the command line does it: it sends the whole alarm that it has read, with the change.
  const shown = Shown.parse(ok(await world.request({ path })));
  const body = { ...shown, name: 'renamed', severity: 'critical' };
  ok(await nova.down('h'));
  const fires = before({
    1: async () => {
      expect((await world.evaluate())?.kind).toBe('done');
    },
  });
  ok(await world.request({ method: 'PUT', path, body }, undefined, fires));
  const received = await world.received();
  expect(received).toMatchObject([{ previous: 'insufficient data', current: 'alarm' }]);
  const after = Shown.parse(ok(await world.request({ path })));
  expect(after).toMatchObject({ name: 'renamed', severity: 'critical', state: 'alarm' });
  expect(after.state_timestamp).not.toBe(shown.state_timestamp);
  await world.recover();
  expect(await world.received()).toEqual([]);
});

test('an update between the read and the write of an evaluator is not lost', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  const ids = [await nova.alarm(uuid), await nova.alarm(uuid)];
  await world.recover();
  ok(await nova.down('h'));
  const pathOf = (id = '') => `/alarming/v2/alarms/${id}`;
  const edited = before({
    1: async () => {
      const path = pathOf(ids[0]);
      const shown = Shown.parse(ok(await world.request({ path })));
      ok(await world.request({ method: 'PUT', path, body: { ...shown, enabled: false } }));
      ok(await world.request({ method: 'DELETE', path: pathOf(ids[1]) }));
    },
  });
  expect((await world.evaluate(undefined, edited))?.kind).toBe('done');
  await world.recover();
  expect(await world.received()).toEqual([]);
  expect(ok(await world.request({ path: pathOf(ids[0]) }))).toMatchObject({
    enabled: false,
    state: 'insufficient data',
  });
});
