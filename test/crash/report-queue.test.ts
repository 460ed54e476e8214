/** Messages of the queue of reports, and of the inventory, interrupted at each write and send. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { portReader } from '../../adapters/ports/port-reader.ts';
import { queued } from '../functions/consumers/lambda.ts';
import { alarmEvent } from '../functions/monitors/alarm-events.ts';
import { dynamodb } from '../stack/stack.ts';
import { cloud, expectStopped } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

/** A message of the queue, as SQS delivers it. */
const deliver = (world: World, body: unknown, disturbance?: Disturbance) =>
  world.run({ name: 'report-receiver', event: queued({ body }) }, disturbance);

const alarm = (value: string, second: number) =>
  alarmEvent({
    ...{ value, description: 'host=h fenced=true' },
    timestamp: `2026-11-26T17:00:0${second}.000+0000`,
  });

for (const how of hows) {
  test.each([
    { step: 'host, fault, condition and servers', at: 1 },
    { step: 'their events', at: 2 },
  ])(
    `when writing $step of an alarm ${how}, servers are stopped and owners notified once`,
    async ({ at }) => {
      await using world = await makeWorld();
      const nova = cloud(world);
      await nova.host('h');
      const uuids = await nova.servers('h', 2);
      for (const uuid of uuids) await nova.alarm(uuid);
      await world.recover();
      await deliver(world, alarm('ALARM', 1), { at, how });
      expect(await deliver(world, alarm('ALARM', 1))).toMatchObject({
        result: { batchItemFailures: [] },
      });
      await world.recover();
      await expectStopped(nova, uuids);
      expect(await world.received()).toHaveLength(2);
      await deliver(world, alarm('ALARM', 1));
      await world.recover();
      expect(await world.received()).toEqual([]);
    },
  );

  test(`when recording the end of an alarm that was not raised ${how}, an older raise changes nothing`, async () => {
    await using world = await makeWorld();
    await cloud(world).host('h');
    await deliver(world, alarm('OK', 3), { at: 1, how });
    await deliver(world, alarm('OK', 3));
    const late = await deliver(world, alarm('ALARM', 2));
    expect(late).toMatchObject({ calls: [] });
  });

  test.each([
    { step: 'the host', at: 2 },
    { step: 'the server', at: 4 },
    { step: 'its event', at: 5 },
  ])(
    `when the inventory writes $step (call $at) ${how}, the owner is notified once`,
    async ({ at }) => {
      await using world = await makeWorld();
      const nova = cloud(world);
      const uuid = randomUUID();
      const event = {
        message_id: `nova ${uuid}`,
        event_type: 'compute.instance.create.end',
        generated: '2026-01-01T00:00:00',
        accepted_at: new Date().toISOString(),
        traits: [
          ['service', 1, 'compute'],
          ['project_id', 1, 'tenant'],
          ['instance_id', 1, uuid],
          ['host', 1, 'new-host'],
          ['state', 1, 'stopped'],
        ],
        ...{ stamp: null, fault_id: null },
      };
      await nova.alarm(uuid, {
        event_rule: {
          event_type: 'compute.instance.create.end',
          query: [{ field: 'traits.instance_id', op: 'eq', type: 'string', value: uuid }],
        },
      });
      const take = (disturbance?: Disturbance) =>
        world.run({ name: 'inventory', event: queued({ body: { events: [event] } }) }, disturbance);
      await take({ at, how });
      expect(await take()).toMatchObject({ result: { batchItemFailures: [] } });
      await world.recover();
      expect(await world.received()).toHaveLength(1);
      expect(await nova.row(uuid)).toMatchObject({ vm_state: 'stopped', host: 'new-host' });
    },
  );
}

/** An event of a port, as the definitions of Ceilometer in the administrators' guide make it. */
const portEvent = (port: string, type: string, revision: number, host: string) => ({
  message_id: `${type} ${revision} ${port}`,
  event_type: `port.${type}.end`,
  generated: `2026-01-01T00:00:0${revision}`,
  accepted_at: new Date().toISOString(),
  traits: [
    ...[['resource_id', 1, port]],
    ...[['network_id', 1, '8e700000-0000-4000-8000-000000000001']],
    ...[['project_id', 1, 'tenant']],
    ...[['mac_address', 1, 'fa:16:3e:00:00:01']],
    ...[['host', 1, host]],
    ...[['status', 1, 'ACTIVE']],
    ...[['revision_number', 2, revision]],
  ],
  ...{ stamp: null, fault_id: null },
});

test.each(hows)(
  'when each write of a port by the inventory %s, the port is there, moves and is deleted once',
  async (how) => {
    await using world = await makeWorld();
    const port = randomUUID();
    const take = async (event: object, at?: number) => {
      const body = { events: [event] };
      const invocation = { name: 'inventory', event: queued({ body }) } as const;
      if (at !== undefined) await world.run(invocation, { at, how });
      expect(await world.run(invocation)).toMatchObject({ result: { batchItemFailures: [] } });
    };
    const row = () => portReader(dynamodb(), world.things.env.PORTS_TABLE).port(port);
    for (const at of [1, 2]) {
      await take(portEvent(port, 'create', 1, 'h-1'), at);
      expect(await row()).toMatchObject({ 'binding:host_id': 'h-1', revision: 1 });
    }
    for (const at of [1, 2]) {
      await take(portEvent(port, 'update', 3, 'h-2'), at);
      expect(await row()).toMatchObject({ 'binding:host_id': 'h-2', revision: 2 });
    }
    await take(portEvent(port, 'delete', 4, ''), 1);
    expect(await row()).toMatchObject({ deleted: true, revision: 3 });
    await take(portEvent(port, 'update', 3, 'h-2'));
    expect(await row()).toMatchObject({ deleted: true, revision: 3 });
  },
);

test('the tombstone of a port that was never there survives any interruption, and no creation replaces it', async () => {
  await using world = await makeWorld();
  for (const how of hows) {
    const port = randomUUID();
    const take = (event: object, disturbance?: Disturbance) =>
      world.run({ name: 'inventory', event: queued({ body: { events: [event] } }) }, disturbance);
    const gone = portEvent(port, 'delete', 4, '');
    await take(gone, { at: 1, how });
    for (const event of [gone, portEvent(port, 'create', 1, 'h-1')]) {
      expect(await take(event)).toMatchObject({ result: { batchItemFailures: [] } });
    }
    const row = await portReader(dynamodb(), world.things.env.PORTS_TABLE).port(port);
    expect(row).toMatchObject({ deleted: true, last_change: { kind: 'unknown delete' } });
  }
});
