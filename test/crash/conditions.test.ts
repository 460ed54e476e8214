/** Reports of monitors, interrupted at each write and send. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { cloud, expectStopped, ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

const Answer = z.object({ items: z.array(z.object({ outcome: z.string() })) });

/** Reports a host as a monitor does, by default a monitor that fences. */
const report = (world: World, d?: Disturbance, details: object = {}) =>
  world.request(
    {
      method: 'PUT',
      path: '/doctor/v1/inspector/events',
      body: {
        type: 'compute.host.down',
        details: { hostname: 'h', status: 'down', monitor: 'm', fenced: true, ...details },
      },
    },
    d,
  );
const outcomes = (outcome: Awaited<ReturnType<typeof report>>) =>
  Answer.parse(ok(outcome)).items.map((item) => item.outcome);

const up = { status: 'up' };
const unfenced = { fenced: false };

async function withHost() {
  const world = await makeWorld();
  const nova = cloud(world);
  await nova.host('h');
  const uuids = await nova.servers('h', 2);
  for (const uuid of uuids) await nova.alarm(uuid);
  await world.recover();
  return { world, nova, uuids };
}

test('a report makes the listed writes and sends, and no others', async () => {
  const { world: made } = await withHost();
  await using world = made;
  const raised = await report(world);
  expect(raised).toMatchObject({ calls: ['SendMessageBatch', 'TransactWriteItems'] });
  expect(await report(world)).toMatchObject({ calls: [] });
  const worse = await report(world, undefined, { cause: 'worse' });
  expect(worse).toMatchObject({ calls: ['PutItem'] });
  const unknown = await report(world, undefined, { hostname: 'unknown' });
  expect(unknown).toMatchObject({ calls: ['UpdateItem', 'PutItem'] });
});

for (const how of hows) {
  test.each([
    { step: 'the events, sent beside host, fault, condition and instances', at: 1 },
    { step: 'host, fault, condition and instances', at: 2 },
  ])(`when writing $step ${how}, servers are stopped and owners notified once`, async ({ at }) => {
    const { world: made, nova, uuids } = await withHost();
    await using world = made;
    const outcome = await report(world, { at, how });
    if (how === 'is the last thing done') expect(outcome.kind).toBe('was killed');
    expect(outcomes(await report(world))).toHaveLength(1);
    await world.recover();
    await expectStopped(nova, uuids);
    expect(await world.received()).toHaveLength(2);
    expect(outcomes(await report(world))).toEqual(['renewed']);
    await world.recover();
    expect(await world.received()).toEqual([]);
  });

  test(`when a clear of the last condition ${how}, the host is up after its repeat`, async () => {
    const { world: made } = await withHost();
    await using world = made;
    ok(await report(world, undefined, unfenced));
    await report(world, { at: 1, how }, { ...up, ...unfenced });
    const [outcome] = outcomes(await report(world, undefined, { ...up, ...unfenced }));
    expect(outcome).toBe(how === 'fails' ? 'cleared' : 'ignored');
    expect(outcomes(await report(world, undefined, unfenced))).toEqual(['raised']);
  });
}

test.each([1, 2])(
  'when keeping an unmatched item dies at write %i, its repeat is kept',
  async (at) => {
    const { world: made } = await withHost();
    await using world = made;
    const ofUnknown = { hostname: 'unknown' };
    await report(world, { at, how: 'is the last thing done' }, ofUnknown);
    expect(outcomes(await report(world, undefined, ofUnknown))).toEqual(['unmatched']);
    const list = ok(await world.request({ path: '/doctor/v1/unmatched' }));
    expect(z.object({ unmatched: z.array(z.unknown()) }).parse(list).unmatched).toHaveLength(1);
  },
);
