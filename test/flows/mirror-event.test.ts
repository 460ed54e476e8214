/** Events from outside that change servers, in any order, and once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DoctorEvent, Trait } from '../../domain/events/event.ts';
import { mirrorEvent } from '../../flows/mirror-event.ts';
import { takeOutside } from '../../flows/take-outside.ts';
import { eventWith } from '../domain/events/events.ts';
import { downHost, hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { type World, worldOf } from './world.ts';

const event = (type: string, n: number, ...more: readonly Trait[]): DoctorEvent => ({
  ...eventWith(
    ['service', 1, 'compute'],
    ['project_id', 1, 'p'],
    ['instance_id', 1, id(10)],
    ['host', 1, 'compute-1'],
    ['state', 1, 'active'],
    ...more,
  ),
  message_id: `${type} ${n}`,
  event_type: `compute.instance.${type}`,
  generated: minute(n).slice(0, -1),
});

/** Handles events. Returns for each whether Doctor's own event replaces it. */
async function mirror({ deps }: World, ...events: readonly DoctorEvent[]) {
  const skipped: string[] = [];
  const own: boolean[] = [];
  for (const each of events) {
    const noted = { skipped: (_: DoctorEvent, reason: string) => skipped.push(reason) };
    own.push(await mirrorEvent({ ...deps, ...noted, now: () => minute(50) }, each));
  }
  return { own, skipped };
}
const rowOf = ({ instances }: World) => instances.get(id(10));

test('a creation registers the server and its host, and is evaluated by its own event alone', async () => {
  const world = worldOf();
  expect(await mirror(world, event('create.end', 1))).toEqual({ own: [true], skipped: [] });
  expect(world.hosts.get('compute-1')).toMatchObject({ deleted: false, reported_at: minute(1) });
  expect(rowOf(world)).toMatchObject({ host: 'compute-1', reported_at: minute(1) });
  expect(world.sent.map(({ event_type }) => event_type)).toEqual([
    'service.create',
    'compute.instance.create.end',
  ]);
});

test('the same event once more changes nothing, and has the same answer', async () => {
  const world = worldOf();
  const created = event('create.end', 1);
  const gone = event('delete.end', 2);
  expect((await mirror(world, created, created, gone, gone)).own).toEqual([true, true, true, true]);
  expect(world.sent).toHaveLength(3);
});

test('an event of another type is evaluated beside the update that it makes', async () => {
  const world = worldOf({ hosts: [hostWith()], instances: [instanceWith()] });
  const off = event('power_off.end', 30, ['state', 1, 'stopped']);
  expect((await mirror(world, off)).own).toEqual([false]);
  expect(world.sent.map(({ event_type }) => event_type)).toEqual(['compute.instance.update']);
});

test('an event that changes nothing is evaluated itself', async () => {
  const world = worldOf();
  await mirror(world, event('create.end', 1));
  const again = event('create.end', 2);
  expect((await mirror(world, again)).own).toEqual([false]);
});

test('an older event never undoes a newer one', async () => {
  const world = worldOf();
  const moved: Trait = ['host', 1, 'compute-2'];
  await mirror(world, event('create.end', 1), event('finish_resize.end', 5, moved));
  await mirror(world, event('exists', 3));
  expect(rowOf(world)).toMatchObject({ host: 'compute-2', reported_at: minute(5) });
  await mirror(world, event('delete.end', 7), event('power_on.end', 6));
  expect(rowOf(world)).toMatchObject({ deleted: true });
});

test('the end of an unknown server leaves a tombstone: its older creation does not bring it back', async () => {
  const world = worldOf();
  expect((await mirror(world, event('delete.end', 2), event('create.end', 1))).own).toEqual([
    ...[true, false],
  ]);
  expect(rowOf(world)).toMatchObject({
    deleted: true,
    last_change: { request_id: 'delete.end 2' },
  });
});

test('a fault of the host that the event did not know is applied', async () => {
  const world = worldOf({ hosts: [downHost()] });
  await mirror(world, event('create.end', 1));
  expect(rowOf(world)).toMatchObject({ vm_state: 'stopped', host: 'compute-1' });
});

test('a host that is registered keeps its facts', async () => {
  const world = worldOf({ hosts: [hostWith({ zone: 'az-7' })] });
  await mirror(world, event('create.end', 30));
  expect(world.hosts.get('compute-1')).toMatchObject({ zone: 'az-7', revision: 1 });
});

test.each([
  ['of a server that it does not describe', event('update', 1), /does not say its host/],
  [
    'that is from the future',
    { ...event('create.end', 1), generated: '2036-01-01' + 'T00:00:00' },
    /future/,
  ],
  ['of a host with no valid name', event('create.end', 1, ['host', 1, 'a b']), /not say its host/],
])('an event %s changes nothing, with the reason', async (_, given, reason) => {
  const world = worldOf();
  const { own, skipped } = await mirror(world, given);
  expect(own).toEqual([false]);
  expect(skipped).toEqual([expect.stringMatching(reason)]);
  expect(world.writes).toEqual([]);
});

test('any order and repetition of events ends in the same state', async () => {
  const story = [
    event('create.end', 1),
    event('power_off.end', 2, ['state', 1, 'stopped']),
    event('finish_resize.end', 3, ['host', 1, 'compute-2'], ['vcpus', 2, 4]),
    event('exists', 4, ['host', 1, 'compute-2'], ['vcpus', 2, 4]),
  ];
  const facts = (world: World) => {
    const { vm_state, host, flavor, reported_at, deleted } = rowOf(world) ?? {};
    return { vm_state, host, vcpus: flavor?.vcpus, reported_at, deleted };
  };
  const inOrder = worldOf();
  await mirror(inOrder, ...story);
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(story, { minLength: story.length }),
      fc.array(fc.constantFrom(...story), { maxLength: 4 }),
      async (shuffled, repeats) => {
        const world = worldOf();
        await mirror(world, ...shuffled, ...repeats);
        expect(facts(world)).toEqual(facts(inOrder));
      },
    ),
    { numRuns: 40 },
  );
});

test('events that the inventory may replace by its own wait for it, and all others do not', async () => {
  const lanes: string[] = [];
  const taken: string[] = [];
  const events = ['create.end', 'power_off.end'].map((type) => event(type, 1));
  const port = { ...event('x', 1), event_type: 'port.update.end', message_id: 'port' };
  const deps = {
    sendOutside: async (some: readonly DoctorEvent[]) => {
      lanes.push(...some.map(({ message_id }) => message_id));
    },
    safeLaneDelaySeconds: 5,
  };
  const sendInventory = async (some: readonly DoctorEvent[]) => {
    taken.push(...some.map(({ message_id }) => message_id));
  };
  await takeOutside({ ...deps, sendInventory }, [...events, port]);
  expect(lanes.sort()).toEqual(['power_off.end 1', 'power_off.end 1']);
  expect(taken).toEqual(['create.end 1', 'power_off.end 1', 'port']);
  lanes.length = 0;
  await takeOutside(deps, events);
  expect(lanes).toHaveLength(4);
});
