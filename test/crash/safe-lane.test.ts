import { expect, test } from 'vitest';
import * as z from 'zod';
import { answerOf, cloud, expectStopped, idsOf, ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

/** Two instances, each with an alarm, and a report that was cut short. */
async function cutShort(world: World, how: Disturbance | 'no instance is reached') {
  const nova = cloud(world);
  await nova.host('h');
  const uuids = await nova.servers('h', 2);
  const alarms = await Promise.all(uuids.map((uuid) => nova.alarm(uuid)));
  await world.recover();
  await (typeof how === 'string' ? nova.downAlone('h') : nova.down('h', how));
  return { nova, uuids, alarms };
}

const Answer = z.object({
  result: z.object({ statusCode: z.literal(200), body: z.string() }),
});

/** The audit of a host's open faults. */
async function faultsOf(world: World, host: string): Promise<unknown> {
  const asked = await world.request({ path: '/doctor/v1/faults', query: { host: [host] } });
  return JSON.parse(Answer.parse(asked).result.body).faults;
}

const cases = <const Step extends string>(...steps: readonly Step[]) =>
  hows.flatMap((how) => steps.map((step, n) => ({ how, step, at: n + 1 })));

/** The events of the express lane were not sent: only the stream has the change. */
const noExpress: Disturbance = { at: 1, how: 'fails' };

test.each(
  cases('the safe copies', 'the finishing messages', 'the audit', 'the affected instances'),
)('when the reconciler sending $step $how, everyone is notified once', async ({ at, how }) => {
  await using world = await makeWorld();
  const { nova, uuids } = await cutShort(world, noExpress);
  await world.reconcile({ at, how });
  await world.recover();
  await expectStopped(nova, uuids);
  const ids = idsOf(await world.received());
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(2);
  const audited = await world.things.events.receive(0, 0);
  const updates = audited.filter(({ attributes }) => attributes.event_type === 'service.update');
  expect(updates.length).toBeGreaterThan(0);
  expect(await faultsOf(world, 'h')).toMatchObject([{ host: 'h', instances_affected: 2 }]);
});

test.each(cases('the instances', 'their events'))(
  'when the fault-finisher writing $step $how, every instance is stopped and everyone notified',
  async ({ at, how }) => {
    await using world = await makeWorld();
    const { nova, uuids } = await cutShort(world, 'no instance is reached');
    await world.reconcile();
    await world.finish({ at, how });
    await world.recover();
    await expectStopped(nova, uuids);
    const ids = idsOf(await world.received());
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
  },
);

test.each(cases('the notifications', 'the marks'))(
  'when the sweeper writing $step $how, every alarm is notified, always with one id',
  async ({ at, how }) => {
    await using world = await makeWorld();
    const { nova, alarms } = await cutShort(world, noExpress);
    await world.reconcile();
    await world.evaluate({ at: 1, how: 'is the last thing done' });
    await world.sweep({ at, how });
    await world.recover();
    const ids = idsOf(await world.received());
    expect(new Set(ids.map((id) => id.split(' ')[0]))).toEqual(new Set(alarms));
    expect(new Set(ids).size).toBe(2);
    const repeated = at === 1 ? how !== 'fails' : how === 'fails';
    expect(ids).toHaveLength(repeated ? 4 : 2);
    await nova.down('h');
    await world.recover();
    expect(await world.received()).toEqual([]);
  },
);

test.each(cases('the row', 'its event'))(
  'when a registration writing $step $how, its alarm is notified once',
  async ({ at, how }) => {
    await using world = await makeWorld();
    const nova = cloud(world);
    await nova.host('h');
    const [uuid = ''] = await nova.servers('h', 1);
    const alarm = await nova.alarm(uuid);
    await world.recover();
    const stopped = { vm_state: 'stopped', power_state: 'shutdown' };
    await nova.server(uuid, 'h', stopped, { at, how });
    ok(await nova.server(uuid, 'h', stopped));
    await world.recover();
    expect((await world.received()).map(({ alarm_id }) => alarm_id)).toEqual([alarm]);
    expect(await nova.row(uuid)).toMatchObject({ vm_state: 'stopped', revision: 2 });
  },
);

test.each(cases('the row', 'its event'))(
  'when an action writing $step $how, its alarm is notified once',
  async ({ at, how }) => {
    await using world = await makeWorld();
    const nova = cloud(world);
    await nova.host('h');
    const [uuid = ''] = await nova.servers('h', 1);
    const alarm = await nova.alarm(uuid);
    await world.recover();
    await nova.act(uuid, { 'os-stop': null }, { at, how });
    const again = answerOf(await nova.act(uuid, { 'os-stop': null }));
    expect(again.status).toBe(at === 1 && how === 'fails' ? 202 : 409);
    await world.recover();
    expect((await world.received()).map(({ alarm_id }) => alarm_id)).toEqual([alarm]);
    expect(await nova.row(uuid)).toMatchObject({ vm_state: 'stopped', revision: 2 });
  },
);

test('an action makes the write and the send of its table, after those of the owed fault', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  await nova.downAlone('h');
  const each = ['PutItem', 'SendMessageBatch'];
  expect(await nova.act(uuid, { 'os-resetState': { state: 'error' } })).toMatchObject({
    ...{ kind: 'done', calls: [...each, ...each] },
  });
  expect(await nova.act(uuid, { 'os-resetState': { state: 'error' } })).toMatchObject({
    ...{ kind: 'done', calls: [] },
  });
});

test.each(
  cases('the events', 'their copies').filter(({ how }) => how !== 'is the last thing done'),
)(
  'when the door for events sending $step $how, the repeated list is evaluated once',
  async ({ at, how }) => {
    await using world = await makeWorld();
    const nova = cloud(world);
    const alarm = await nova.alarm(undefined, { event_rule: { event_type: 'switch.*' } });
    const traits = [['project_id', 1, 'tenant']];
    const body = [{ message_id: 'm-1', event_type: 'switch.down', traits }];
    const call = { method: 'POST', path: '/doctor/v1/events', body } as const;
    expect(await world.request(call, { at, how })).toMatchObject({ result: { statusCode: 500 } });
    ok(await world.request(call));
    await world.recover();
    expect((await world.received()).map(({ alarm_id }) => alarm_id)).toEqual([alarm]);
  },
);
