/**
 * An alarm's owner changes it, and the process fails: alarm, history record and count are written
 * together or not at all.
 */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { answerOf, ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeWorld, type World } from './world.ts';

const alarms = '/alarming/v2/alarms';
const least = { name: 'n', type: 'event', project_id: 'p', event_rule: {} };
const Shown = z.looseObject({ alarm_id: z.uuid() });

const file = async (world: World): Promise<string> =>
  Shown.parse(ok(await world.request({ method: 'POST', path: alarms, body: least }))).alarm_id;

const query = (world: World, path: string) =>
  world.request({ method: 'POST', path: `/alarming/v2/query/${path}`, body: {} });
const listed = async (world: World) =>
  z
    .array(z.looseObject({ name: z.string(), state: z.string() }))
    .parse(ok(await query(world, 'alarms')))
    .map(({ name, state }) => `${name}: ${state}`);
const recorded = async (world: World) =>
  z
    .array(z.looseObject({ type: z.string() }))
    .parse(ok(await query(world, 'alarms/history')))
    .map(({ type }) => type);

/** True if the project accepts one more alarm with this limit. */
async function takesOneMore(world: World, limit: number): Promise<boolean> {
  const quotas = [{ resource: 'alarms', limit }];
  const path = '/alarming/v2/quotas';
  ok(await world.request({ method: 'POST', path, body: { project_id: 'p', quotas } }));
  const { status } = answerOf(
    await world.request({ method: 'POST', path: alarms, body: { ...least, name: 'one more' } }),
  );
  expect([201, 403]).toContain(status);
  return status === 201;
}

const changes = [
  {
    what: 'filing it',
    change: (_: string, world: World, d?: Disturbance) =>
      world.request({ method: 'POST', path: alarms, body: { ...least, name: 'm' } }, d),
    left: ['m: insufficient data', 'n: insufficient data'],
    record: 'creation',
  },
  {
    what: 'replacing it',
    change: (id: string, world: World, d?: Disturbance) =>
      world.request({ method: 'PUT', path: `${alarms}/${id}`, body: { ...least, name: 'm' } }, d),
    left: ['m: insufficient data'],
    record: 'rule change',
  },
  {
    what: 'setting its state',
    change: (id: string, world: World, d?: Disturbance) =>
      world.request({ method: 'PUT', path: `${alarms}/${id}/state`, body: '"ok"' }, d),
    left: ['n: ok'],
    record: 'state transition',
  },
  {
    what: 'deleting it',
    change: (id: string, world: World, d?: Disturbance) =>
      world.request({ method: 'DELETE', path: `${alarms}/${id}` }, d),
    left: [],
    record: 'deletion',
  },
];

test.each(changes)('$what is one write', async ({ change }) => {
  await using world = await makeWorld();
  const outcome = await change(await file(world), world);
  expect(outcome).toMatchObject({ kind: 'done', calls: ['TransactWriteItems'] });
});

test.each(changes.flatMap((change) => hows.map((how) => ({ ...change, how }))))(
  '$what is done with its record and its count, or not at all, where the write $how',
  async ({ change, left, record, how }) => {
    await using world = await makeWorld();
    const outcome = await change(await file(world), world, { at: 1, how });
    if (outcome.kind === 'done') expect(answerOf(outcome).status).toBe(500);
    const done = how !== 'fails';
    const there = done ? left : ['n: insufficient data'];
    expect((await listed(world)).sort()).toEqual(there);
    expect(await recorded(world)).toEqual(done ? [record, 'creation'] : ['creation']);
    expect(await takesOneMore(world, there.length)).toBe(false);
    expect(await takesOneMore(world, there.length + 1)).toBe(true);
  },
);
