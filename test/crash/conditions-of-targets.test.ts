/** Alerts on a port, a server and the network beneath a host, interrupted at each write and send. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { cloud, ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { portsIn } from './ports-cloud.ts';
import { makeWorld } from './world.ts';

const Answer = z.object({ items: z.array(z.object({ outcome: z.string() })) });

/** A host with a port and a server, and an alarm on each. */
async function withTargets() {
  const world = await makeWorld();
  const [nova, neutron] = [cloud(world), portsIn(world)];
  await nova.host('h');
  const [server = ''] = await nova.servers('h', 1);
  const [port = ''] = await neutron.ports('h', 1);
  ok(await neutron.put(port, { status: 'ACTIVE', data_plane_status: 'ACTIVE' }));
  await neutron.alarm(port);
  const traits = [
    { field: 'traits.state', op: 'eq', type: 'string', value: 'error' },
    { field: 'traits.instance_id', op: 'eq', type: 'string', value: server },
  ];
  await nova.alarm(server, {
    event_rule: { event_type: 'compute.instance.update', query: traits },
  });
  await world.recover();
  return { world, nova, neutron, server, port };
}
type Targets = Awaited<ReturnType<typeof withTargets>>;

/** Sends one alert with these labels, as Prometheus does. It ends in the past if it is over. */
const alert = ({ world }: Targets, labels: object, d?: Disturbance, over = false) => {
  const endsAt = new Date(Date.now() + (over ? -1_000 : 240_000)).toISOString();
  const startsAt = '2026-11-20T08:15:30Z';
  const body = [{ labels: { alertname: 'Target', ...labels }, startsAt, endsAt }];
  return world.request(
    { method: 'POST', path: '/doctor/v1/prometheus/api/v2/alerts', query: {}, body },
    d,
  );
};
const outcome = (of: Awaited<ReturnType<typeof alert>>) => Answer.parse(ok(of)).items[0]?.outcome;

const targets = [
  {
    effect: 'port_data_plane',
    labels: ({ port }: Targets) => ({ port_id: port }),
    state: async ({ neutron, port }: Targets) => (await neutron.seen(port)).data_plane_status,
    states: { up: 'ACTIVE', down: 'DOWN' },
    writes: ['TransactWriteItems', 'PutItem', 'SendMessageBatch', 'UpdateItem'],
  },
  {
    effect: 'server_error',
    labels: ({ server }: Targets) => ({ server_id: server, doctor_type: 'server_error' }),
    state: async ({ nova, server }: Targets) => (await nova.seen(server)).status,
    states: { up: 'ACTIVE', down: 'ERROR' },
    writes: ['TransactWriteItems', 'PutItem', 'SendMessageBatch', 'UpdateItem'],
  },
  {
    effect: 'host_data_plane',
    labels: () => ({ host: 'h', doctor_type: 'host_data_plane' }),
    state: async ({ neutron, port }: Targets) => (await neutron.seen(port)).data_plane_status,
    states: { up: 'ACTIVE', down: 'DOWN' },
    writes: [
      'TransactWriteItems',
      'TransactWriteItems',
      'TransactWriteItems',
      'SendMessageBatch',
      'UpdateItem',
    ],
  },
];

test.each(targets)('$effect makes the listed writes and sends', async ({ labels, writes }) => {
  const made = await withTargets();
  await using _ = made.world;
  expect(await alert(made, labels(made))).toMatchObject({ calls: writes });
});

for (const { effect, labels, state, states, writes } of targets) {
  for (const how of hows) {
    // A clear makes the same writes as a raise, so the slow test with a killed process is left out.
    const whenCleared = how === 'fails' ? how : 'succeeds without saying so';
    test.each(writes.map((call, index) => ({ call, at: index + 1 })))(
      `${effect}: when $call (number $at) ${how}, the repeat ends it, and the owner is notified once`,
      async ({ at }) => {
        const made = await withTargets();
        await using world = made.world;
        await alert(made, labels(made), { at, how });
        expect(outcome(await alert(made, labels(made)))).toMatch(/^(raised|renewed)$/);
        expect(await state(made)).toBe(states.down);
        await world.recover();
        expect(await world.received()).toHaveLength(1);
        await alert(made, labels(made), { at, how: whenCleared }, true);
        expect(outcome(await alert(made, labels(made), undefined, true))).toMatch(
          /^(cleared|ignored)$/,
        );
        expect(await state(made)).toBe(states.up);
      },
    );
  }
}
