/**
 * Many alarms of a whole project: they are queued for later, and evaluated slice by slice, even if
 * a process dies.
 */
import { expect, test } from 'vitest';
import { wideAtOnce } from '../../domain/alarms/alarm-share.ts';
import { cloud, idsOf, ok } from './cloud.ts';
import { type How, hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

const wide = wideAtOnce + 5;

/** An instance with an alarm of its own among many of its project, which has stopped. */
async function stopped(world: World) {
  const nova = cloud(world);
  await nova.host('h');
  const [uuid = ''] = await nova.servers('h', 1);
  const named = await nova.alarm(uuid);
  const query = [{ field: 'traits.state', op: 'eq', type: '', value: 'stopped' }];
  const event_rule = { event_type: 'compute.instance.update', query };
  const others: string[] = [];
  for (let n = 0; n < wide; n++) others.push(await nova.alarm(undefined, { event_rule }));
  await world.recover();
  ok(await nova.down('h'));
  return { named, others };
}
const alarmsOf = (ids: readonly string[]) => ids.map((id) => id.split(' ')[0] ?? '');

test('the alarms that name the resource fire with the event, those of the project after', async () => {
  await using world = await makeWorld();
  const { named, others } = await stopped(world);
  const first = await world.evaluateLane('fault');
  expect(first).toMatchObject({ kind: 'done' });
  if (first?.kind === 'done') {
    expect(first.calls.toSorted()).toEqual([
      ...['BatchExecuteStatement', 'BatchExecuteStatement', 'PublishBatch'],
      ...['SendMessageBatch', 'TransactWriteItems', 'UpdateItem'],
    ]);
  }
  expect(alarmsOf(idsOf(await world.received()))).toEqual([named]);
  const second = await world.evaluateLane('wide');
  expect(second).toMatchObject({ kind: 'done' });
  if (second?.kind === 'done') expect(second.calls).not.toContain('SendMessageBatch');
  expect(alarmsOf(idsOf(await world.received())).sort()).toEqual(others.sort());
});

test.each(hows)(
  'when queueing the alarms of a project %s, every alarm is notified once',
  async (how) => {
    await using world = await makeWorld();
    const { named, others } = await stopped(world);
    // First the rest is queued.
    const outcome = await world.evaluateLane('fault', { at: 1, how });
    if (how === 'is the last thing done') expect(outcome?.kind).toBe('was killed');
    await world.recover();
    const ids = idsOf(await world.received());
    expect(new Set(ids).size).toBe(ids.length);
    expect(alarmsOf(ids).sort()).toEqual([named, ...others].sort());
  },
);

test.each(hows.flatMap((how) => [1, 2].map((at): { at: number; how: How } => ({ at, how }))))(
  'when write $at of a slice $how, every alarm is notified',
  async ({ at, how }) => {
    await using world = await makeWorld();
    const { named, others } = await stopped(world);
    await world.evaluateLane('fault');
    await world.evaluateLane('wide', { at, how });
    await world.recover();
    const ids = idsOf(await world.received());
    expect(alarmsOf([...new Set(ids)]).sort()).toEqual([named, ...others].sort());
  },
);

test('a slice that leaves some over queues them, and dies without losing any', async () => {
  await using world = await makeWorld();
  const nova = cloud(world);
  const event_rule = { event_type: 'switch.*' };
  const alarms: string[] = [];
  for (let n = 0; n < wide; n++) alarms.push(await nova.alarm(undefined, { event_rule }));
  // With fifty events in a message, a slice has ten alarms.
  const traits = [['project_id', 1, 'tenant']];
  const body = Array.from({ length: 50 }, (_, n) => ({
    message_id: `m-${n}`,
    event_type: 'switch.on',
    traits,
  }));
  ok(await world.request({ method: 'POST', path: '/doctor/v1/events', body }));
  await world.evaluateLane('bulk');
  expect(await world.received()).toEqual([]);
  // Both copies are in the queue. The evaluator of the first dies after it has queued the rest.
  const outcome = await world.evaluateLane('wide', { at: 1, how: 'is the last thing done' });
  expect(outcome?.kind).toBe('was killed');
  await world.recover();
  // The process may have died between publish and mark. Then the notification is sent again, with
  // the same id.
  const ids = [...new Set(idsOf(await world.received()))];
  expect(alarmsOf(ids).sort()).toEqual(alarms.sort());
});
