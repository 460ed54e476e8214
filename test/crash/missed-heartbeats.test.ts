/**
 * Missed heartbeats: ticks, reports of missed heartbeats, and heartbeats are interrupted at each
 * write and send.
 */
import { expect, test } from 'vitest';
import { hostStore } from '../../adapters/hosts/hosts.ts';
import { clockStore } from '../../adapters/timers/clock.ts';
import { allRosterShards } from '../../domain/hosts/listed-host.ts';
import { hostWith, minute } from '../domain/rows.ts';
import { dynamodb } from '../stack/stack.ts';
import { ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeQueueReader } from './queue-reader.ts';
import { makeWorld, type World } from './world.ts';

/**
 * A world with a host that has sent no heartbeat since the beginning of 2026, and whose clock began
 * at that time.
 */
async function silentWorld() {
  const world = await makeWorld();
  const { env } = world.things;
  const client = dynamodb();
  const hosts = hostStore(client, { hosts: env.HOSTS_TABLE, roster: env.ROSTER_TABLE });
  await hosts.saveHost(undefined, hostWith({ host: 'h', heartbeat: true }));
  const now = () => new Date().toISOString();
  const clock = clockStore(client, env.TIMERS_TABLE);
  await clock.saveClock({ ticked_at: now(), awake_since: minute(0), timers_from: '' });
  await world.skipRecords();
  const reports = makeQueueReader(env.REPORT_QUEUE_URL);
  /** A tick as if this many seconds had passed. */
  const tick = (seconds: number, disturbance?: Disturbance) => {
    const at = new Date(Date.now() + seconds * 1_000).toISOString();
    return world.run({ name: 'timekeeper', event: { now: at } }, disturbance);
  };
  /** Runs the receiver on the messages in the queue of reports. */
  const take = async (disturbance?: Disturbance) => {
    const { event, settle } = await reports.receive();
    const outcome = await world.run({ name: 'report-receiver', event }, disturbance);
    await settle(outcome.kind === 'done' ? outcome.result : undefined);
    return outcome;
  };
  const beat = (disturbance?: Disturbance) => {
    const path = '/doctor/v1/hosts/h/heartbeat';
    return world.request({ method: 'POST', path, body: {} }, disturbance);
  };
  return { world, tick, take, beat, row: () => hosts.host('h') };
}

/** The states of the host in the audit since the last call, each event once. */
async function audited(world: World): Promise<unknown[]> {
  await world.recover();
  const events = (await world.things.events.receive(0, 0)).map(({ body }) => body);
  const states = new Map(
    events.map(({ message_id, traits }) => [
      message_id,
      Array.isArray(traits) ? traits.find(([name]) => name === 'state')?.[2] : undefined,
    ]),
  );
  return [...states.values()];
}

test('a tick, the report of silence and its end make the listed writes and sends, and no others', async () => {
  const { world: made, tick, take, beat } = await silentWorld();
  await using world = made;
  const looks = allRosterShards.map(() => 'UpdateItem');
  const first = await tick(0);
  expect('calls' in first && first.calls.toSorted()).toEqual(['SendMessageBatch', ...looks].sort());
  expect(await take()).toMatchObject({ calls: ['TransactWriteItems', 'SendMessageBatch'] });
  expect(await tick(3)).toMatchObject({ calls: [] });
  const heard = await beat();
  expect(heard).toMatchObject({ calls: ['UpdateItem', 'UpdateItem', 'UpdateItem'] });
  await world.reconcile();
  expect(await take()).toMatchObject({ calls: ['TransactWriteItems', 'SendMessageBatch'] });
  expect(await beat()).toMatchObject({ calls: ['UpdateItem', 'UpdateItem'] });
  expect(await audited(world)).toEqual(['down', 'up']);
});

for (const how of hows) {
  test(`when a tick's or the receiver's writes and sends ${how}, operators are notified once`, async () => {
    const { world: made, tick, take, row } = await silentWorld();
    await using world = made;
    // The calls of a tick run at the same time, so any of them may be the first.
    for (const at of [1, 2]) await tick(6 * at, { at, how });
    await tick(18);
    for (const at of [1, 2]) await take({ at, how });
    await take();
    await tick(78);
    await take();
    expect(await row()).toMatchObject({ forced_down: true, held_by: [{ source: 'heartbeat' }] });
    expect(await audited(world)).toEqual(['down']);
  });

  test(`when the write or send of a heartbeat ${how}, the next heartbeat ends the silence`, async () => {
    const { world: made, tick, take, beat, row } = await silentWorld();
    await using world = made;
    await tick(0);
    await take();
    for (const at of [1, 2, 3]) await beat({ at, how });
    ok(await beat());
    for (const at of [1, 2, 3, 4]) await world.reconcile({ at, how });
    while (await world.reconcile());
    for (const at of [1, 2]) await take({ at, how });
    await take();
    expect(await row()).toMatchObject({ forced_down: false, held_by: [] });
    expect(await audited(world)).toEqual(['down', 'up']);
  });
}
