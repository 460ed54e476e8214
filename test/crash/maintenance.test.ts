import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { answerOf, cloud, idsOf, ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

const on = { maintenance_mode: 'enable' };
const off = { maintenance_mode: 'disable' };

/** Two instances on a host, each with an alarm on its maintenance that notifies of every event. */
async function watched(world: World) {
  const nova = cloud(world);
  await nova.host('h');
  const uuids = await nova.servers('h', 2);
  for (const uuid of uuids) await nova.alarm(uuid, watch(uuid));
  await world.recover();
  return { nova, uuids };
}

const watch = (uuid: string) => {
  const query = [{ field: 'traits.instance_id', op: 'eq', type: 'string', value: uuid }];
  return { repeat_actions: true, event_rule: { event_type: 'maintenance.host', query } };
};

/** The notifications: the instance of each, and the state of its host. */
const statesIn = (received: readonly Record<string, unknown>[]): string[] =>
  received
    .map((each) => `${each.resource_id} ${JSON.stringify(each).match(/IN_MAINT\w+|\w+_COMPLETE/)}`)
    .sort();
const of = (state: string, uuids: readonly string[]) => uuids.map((uuid) => `${uuid} ${state}`);

test('a switch makes the listed writes and sends, and no others', async () => {
  await using world = await makeWorld();
  const { nova } = await watched(world);
  const outcome = await nova.update('h', on);
  expect(outcome).toMatchObject({ calls: ['TransactWriteItems', 'SendMessageBatch'] });
  expect(await nova.update('h', on)).toMatchObject({ kind: 'done', calls: [] });
});

for (const how of hows) {
  test.each([
    { step: 'the host', at: 1 },
    { step: 'the events', at: 2 },
  ])(`when writing $step ${how}, every owner is notified once`, async ({ at }) => {
    await using world = await makeWorld();
    const { nova, uuids } = await watched(world);
    const outcome = await nova.update('h', on, { at, how });
    if (how === 'is the last thing done') expect(outcome.kind).toBe('was killed');
    if (at === 1 && how === 'fails') {
      expect(answerOf(outcome).status).toBe(500);
      ok(await nova.update('h', on));
    }
    await world.recover();
    const received = await world.received();
    expect(statesIn(received)).toEqual(of('IN_MAINTENANCE', uuids).sort());
    expect(JSON.stringify(received)).not.toContain('"h"');
    ok(await nova.update('h', on));
    await world.recover();
    expect(await world.received()).toEqual([]);
  });

  test(`when the fault-finisher sending the events ${how}, every owner is notified once`, async () => {
    await using world = await makeWorld();
    const { nova, uuids } = await watched(world);
    await nova.update('h', on, noExpress);
    await world.reconcile();
    await world.finish({ at: 1, how });
    await world.recover();
    expect(statesIn(await world.received())).toEqual(of('IN_MAINTENANCE', uuids).sort());
  });
}

/** The events of the express lane were not sent: only the stream has the change. */
const noExpress: Disturbance = { at: 2, how: 'fails' };

test('two switches whose writers died are both notified, each once, with other changes between them', async () => {
  await using world = await makeWorld();
  const { nova, uuids } = await watched(world);
  await nova.update('h', on, noExpress);
  const came = randomUUID();
  ok(await nova.server(came, 'h'));
  await nova.alarm(came, watch(came));
  for (const uuid of uuids) ok(await nova.server(uuid, 'h', { name: 'renamed' }));
  ok(await nova.down('h'));
  await nova.update('h', off, noExpress);
  await world.recover();
  const received = await world.received();
  expect(statesIn(received)).toEqual(
    [...of('IN_MAINTENANCE', uuids), ...of('MAINTENANCE_COMPLETE', [...uuids, came])].sort(),
  );
  expect(new Set(idsOf(received)).size).toBe(5);
});

test('an instance that has left the host before the fault-finisher reads it is not notified', async () => {
  await using world = await makeWorld();
  const { nova, uuids } = await watched(world);
  const [stays = '', moves = ''] = uuids;
  await nova.host('other');
  await nova.update('h', on, noExpress);
  ok(await nova.server(moves, 'other'));
  await world.recover();
  expect(statesIn(await world.received())).toEqual(of('IN_MAINTENANCE', [stays]));
});
