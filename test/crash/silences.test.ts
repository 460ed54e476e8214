/**
 * Silences while functions fail or die: what they hold is notified once at their end, and no
 * notification is lost.
 */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { cloud, idsOf, ok, project } from './cloud.ts';
import { hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

/** The end of a silence that begins now: after the evaluation, and before a sweep. */
const soon = () => new Date(Date.now() + 60_000).toISOString();

async function silence(world: World, more: object = {}): Promise<string> {
  const body = { matchers: { project_id: [project] }, ends_at: soon(), reason: 'work', ...more };
  const made = ok(await world.request({ method: 'POST', path: '/doctor/v1/silences', body }));
  return z.object({ silence: z.object({ id: z.string() }) }).parse(made).silence.id;
}

const statusOf = async (world: World, id: string) => {
  const shown = ok(await world.request({ path: `/doctor/v1/silences/${id}` }));
  return z.object({ silence: z.object({ status: z.string() }) }).parse(shown).silence.status;
};

/** A host with two servers, of which one has an alarm that fires during a silence of the host. */
async function heldFiring(world: World): Promise<{ readonly id: string; readonly alarm: string }> {
  const nova = cloud(world);
  await nova.host('h');
  const [uuid] = await nova.servers('h', 1);
  await world.skipRecords();
  const alarm = await nova.alarm(uuid);
  const id = await silence(world, { matchers: { host: ['H'] } });
  ok(await nova.down('h'));
  for (let left = true; left; ) left = (await world.evaluate()) !== undefined;
  return { id, alarm };
}

/** Sweeps repeatedly, each a minute later than the one before, until no row can be left. */
async function sweepOn(world: World): Promise<void> {
  for (const minutes of [3, 4, 5]) {
    expect((await world.sweep(undefined, minutes * 60)).kind).toBe('done');
  }
}

/**
 * The calls of a sweep: the silence is moved behind others, then the row is released, published and
 * marked.
 */
const disturbances = [
  ...[2, 3, 4].flatMap((at) => hows.map((how) => ({ how, at }))),
  { how: 'is the last thing done', at: 1 } as const,
];

test.each(disturbances)(
  'when call $at of ending a silence $how, the next minutes end the silence',
  async (disturbance) => {
    await using world = await makeWorld();
    const { alarm } = await heldFiring(world);
    expect(await world.received()).toEqual([]);
    await world.sweep(disturbance);
    await sweepOn(world);
    const received = await world.received();
    expect(received[0]).toMatchObject({ alarm_id: alarm, previous: 'insufficient data' });
    expect(JSON.stringify(received)).not.toMatch(/"h"|silence/);
    // A repeat is allowed only after a crash between publish and mark, and has the same id.
    expect(new Set(idsOf(received)).size).toBe(1);
    const isPublished =
      disturbance.at >= 3 && !(disturbance.at === 3 && disturbance.how === 'fails');
    expect(received.length).toBeLessThanOrEqual(isPublished ? 2 : 1);
    await sweepOn(world);
    expect(await world.received()).toEqual([]);
  },
);

test('neither lane nor a sweep sends what a silence holds, and the history says that it is silenced', async () => {
  await using world = await makeWorld();
  const { id, alarm } = await heldFiring(world);
  expect((await world.reconcile())?.kind).not.toBe('threw');
  for (let left = true; left; ) left = (await world.evaluate()) !== undefined;
  await world.sweep(undefined, 50);
  expect(await world.received()).toEqual([]);
  const path = `/alarming/v2/alarms/${alarm}/history`;
  const records = z
    .array(z.object({ type: z.string(), detail: z.string() }))
    .parse(ok(await world.request({ path })));
  const [transition] = records.filter(({ type }) => type === 'state transition');
  expect(JSON.parse(transition?.detail ?? '')).toMatchObject({ state: 'alarm', silenced_by: id });
});

test('a silence that is ended by a request ends with the next sweep, and is shown as expired', async () => {
  await using world = await makeWorld();
  const { id } = await heldFiring(world);
  expect(await statusOf(world, id)).toBe('active');
  ok(await world.request({ method: 'DELETE', path: `/doctor/v1/silences/${id}` }));
  expect(await statusOf(world, id)).toBe('expired');
  await world.sweep(undefined, 1);
  expect(await world.received()).toHaveLength(1);
});

test('an extended silence still holds its rows, and an overlapping one takes them over', async () => {
  await using world = await makeWorld();
  const { id } = await heldFiring(world);
  const later = new Date(Date.now() + 600_000).toISOString();
  await silence(world, { id, matchers: { host: ['H'] }, ends_at: later });
  await world.sweep();
  expect(await world.received()).toEqual([]);
  ok(await world.request({ method: 'DELETE', path: `/doctor/v1/silences/${id}` }));
  await silence(world, { ends_at: later });
  await world.sweep(undefined, 1);
  expect(await world.received()).toEqual([]);
  await world.sweep(undefined, 660);
  expect(await world.received()).toHaveLength(1);
});

test.each(hows)(
  'the request for a silence with an id whose write %s can be repeated',
  async (how) => {
    await using world = await makeWorld();
    const id = '0c1c6f8e-3c0e-4d7e-9a51-8a7a4f0f1c2d';
    const body = { id, matchers: {}, ends_at: soon(), reason: 'work' };
    const request = { method: 'POST', path: '/doctor/v1/silences', body } as const;
    await world.request(request, { at: 1, how });
    ok(await world.request(request));
    const shown = ok(await world.request({ path: '/doctor/v1/silences' }));
    expect(shown).toMatchObject({ silences: [{ id }] });
  },
);
