/** The feed of changes if the function that writes to it dies, or cannot write to it. */
import { expect, test } from 'vitest';
import { changeReader } from '../../adapters/activity/changes.ts';
import { switchReader } from '../../adapters/activity/host-switches.ts';
import { recentEventReader } from '../../adapters/activity/recent-events.ts';
import { operatorsScope, scopeOfProject } from '../../domain/activity/change-feed.ts';
import { resourceOfEvent, traitText } from '../../domain/events/event.ts';
import { receive } from '../../domain/events/outside-event.ts';
import { queued } from '../functions/consumers/lambda.ts';
import { dynamodb } from '../stack/stack.ts';
import { cloud, expectStopped, idsOf, ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

/** All ids in the feed of a project or of administrators, by kind. */
async function noted(world: World, scope: string) {
  const reader = changeReader(dynamodb(), world.things.env.ACTIVITY_TABLE);
  const rows = await reader.changesFrom(scope, '0');
  return {
    servers: new Set(rows.flatMap(({ changed }) => changed.servers ?? [])),
    alarms: new Set(rows.flatMap(({ changed }) => changed.alarms ?? [])),
    faults: new Set(rows.flatMap(({ changed }) => changed.faults ?? [])),
    hosts: rows.flatMap(({ changed }) => changed.hosts ?? []),
  };
}

/**
 * The number of calls of the reconciler before it keeps events for previews and writes to the feed:
 * copies, work for the fault-finisher, the audit and the affected rows.
 */
const kept = 5;

test.each(hows)(
  'when the write of the reconciler to the feed %s, readers get the change',
  async (how) => {
    await using world = await makeWorld();
    const nova = cloud(world);
    await nova.host('h');
    const uuids = await nova.servers('h', 2);
    await world.recover();
    ok(await nova.down('h'));
    await world.reconcile({ at: kept, how });
    await world.recover();
    await expectStopped(nova, uuids);
    const all = await noted(world, operatorsScope);
    expect(all.servers).toEqual(new Set(uuids));
    expect(all.faults.size).toBe(1);
    expect(all.hosts).toContain('h');
    const owned = await noted(world, scopeOfProject('tenant'));
    expect(owned).toMatchObject({ servers: new Set(uuids), faults: all.faults, hosts: [] });
  },
);

test.each(hows)(
  'when the write of events for previews %s, an alarm can be previewed on them',
  async (how) => {
    await using world = await makeWorld();
    const nova = cloud(world);
    await nova.host('h');
    const uuids = await nova.servers('h', 2);
    await world.recover();
    ok(await nova.down('h'));
    await world.reconcile({ at: kept, how });
    await world.recover();
    const reader = recentEventReader(dynamodb(), world.things.env.ACTIVITY_TABLE);
    const { events } = await reader.recentEvents('tenant', '0');
    const stops = events.filter((event) => traitText(event, 'state') === 'stopped');
    expect(new Set(stops.map(resourceOfEvent))).toEqual(new Set(uuids));
  },
);

test.each(hows)('when the write of a switch %s, the history of the host has it', async (how) => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  await world.recover();
  ok(await nova.update('h', { maintenance_mode: 'enable' }));
  // Nothing is affected by maintenance.
  await world.reconcile({ at: kept - 1, how });
  await world.recover();
  const { switchesOf } = switchReader(dynamodb(), world.things.env.ACTIVITY_TABLE);
  expect(await switchesOf('h', 9, '~')).toMatchObject([{ kinds: ['maintenance_started'] }]);
});

/** The evaluator writes, publishes, marks and counts the firing before it writes to the feed. */
const firingNote = 5;

test.each(hows)(
  'when the write of a firing to the feed %s, the notification is sent once',
  async (how) => {
    await using world = await makeWorld();
    const nova = cloud(world);
    await nova.host('h');
    const [uuid = ''] = await nova.servers('h', 1);
    await nova.alarm(uuid);
    await world.recover();
    ok(await nova.down('h'));
    await world.evaluateLane('fault', { at: firingNote, how });
    await world.recover();
    expect(idsOf(await world.received())).toHaveLength(1);
  },
);

/** An event from outside on a server of the tenant, as the evaluator of bulk events gets it. */
const outsideEvent = (uuid: string) => {
  const traits = [
    ['project_id', 1, 'tenant'],
    ['instance_id', 1, uuid],
    ['state', 1, 'stopped'],
  ];
  const received = receive(
    {
      message_id: `o-${uuid}`,
      event_type: 'compute.instance.update',
      generated: '2026-01-01T00:00:00',
      traits,
      raw: {},
    },
    new Date().toISOString(),
  );
  if (!received.ok) throw new Error('the event is not valid');
  return queued({ body: { attempts: 0, lane: 'bulk', events: [received.event] } });
};

test.each(hows)(
  'when the keeping of an event from outside %s, its notification is sent once',
  async (how) => {
    await using world = await makeWorld();
    const nova = cloud(world);
    await nova.host('h');
    const [uuid = ''] = await nova.servers('h', 1);
    await nova.alarm(uuid);
    await world.recover();
    const event = outsideEvent(uuid);
    const evaluate = (disturbance?: Disturbance) =>
      world.run({ name: 'alarm-evaluator', event }, disturbance);
    const keeping = firingNote + 1;
    await evaluate({ at: keeping, how });
    await evaluate();
    await world.recover();
    expect(idsOf(await world.received())).toHaveLength(1);
    const reader = recentEventReader(dynamodb(), world.things.env.ACTIVITY_TABLE);
    const { events } = await reader.recentEvents('tenant', '0');
    expect(events.filter(({ message_id }) => message_id === `o-${uuid}`)).toHaveLength(1);
  },
);

test('an alarm that fired is in the feed of its project', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  const alarm = await nova.alarm(uuid);
  await world.recover();
  ok(await nova.down('h'));
  await world.recover();
  for (const scope of [operatorsScope, scopeOfProject('tenant')]) {
    expect((await noted(world, scope)).alarms).toEqual(new Set([alarm]));
  }
});
