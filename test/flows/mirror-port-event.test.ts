/** Events of ports from outside create, change and delete rows, in any order, and once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holdsId } from '../../domain/conditions/held-target.ts';
import type { DoctorEvent, Trait } from '../../domain/events/event.ts';
import { portEvents } from '../../domain/ports/port-event.ts';
import { mirrorPortEvent } from '../../flows/mirror-port-event.ts';
import { changeMirrored } from '../../flows/mirror-ports.ts';
import { eventWith } from '../domain/events/events.ts';
import { seenPort } from '../domain/mirror/seen-rows.ts';
import { portWith } from '../domain/ports/ports.ts';
import { id, minute } from '../domain/rows.ts';
import { portsWorld } from './ports-world.ts';

const port = id(700);

/** An event of a port in a revision, at the minute of that number. */
const event = (type: string, revision: number, ...more: readonly Trait[]): DoctorEvent => ({
  ...eventWith(
    ['resource_id', 1, port],
    ['network_id', 1, id(800)],
    ['project_id', 1, 'p'],
    ['mac_address', 1, 'FA:16:3E:00:00:01'],
    ['device_id', 1, id(10)],
    ['device_owner', 1, 'compute:nova'],
    ['host', 1, 'compute-1'],
    ['status', 1, 'ACTIVE'],
    ['revision_number', 2, revision],
    ...more,
  ),
  message_id: `${type} ${revision}`,
  event_type: `port.${type}`,
  generated: minute(revision).slice(0, -1),
});
const gone: DoctorEvent = {
  ...eventWith(['resource_id', 1, port]),
  ...{ message_id: 'gone', event_type: 'port.delete.end', generated: minute(9).slice(0, -1) },
};

function worldWith() {
  const world = portsWorld(0);
  const held = new Set<string>();
  const skipped: string[] = [];
  const deps = {
    ...world.deps,
    holds: async (holds_id: string) => ({
      ...{ holds_id, revision: 0, applied: 0, version: 0 },
      holders: held.has(holds_id)
        ? [{ condition_id: 'c', source: 's', fenced: false, cleared: false }]
        : [],
    }),
    newId: () => id(900),
    now: () => minute(50),
    skipped: (_: DoctorEvent, reason: string) => skipped.push(reason),
  };
  const take = async (...events: readonly DoctorEvent[]) => {
    const own: boolean[] = [];
    for (const each of events) own.push(await mirrorPortEvent(deps, each));
    return own;
  };
  return { ...world, deps, held, skipped, take, row: () => world.rows.get(port) };
}

test('a creation makes the port, and is evaluated by its own event alone; once more it changes nothing', async () => {
  const { take, row, sent } = worldWith();
  const created = event('create.end', 1);
  expect(await take(created, created)).toEqual([true, true]);
  expect(row()).toMatchObject({
    ...{ status: 'ACTIVE', device_id: id(10), 'binding:host_id': 'compute-1', revision: 1 },
    ...{ mac_address: 'fa:16:3e:00:00:01', project_id: 'p' },
  });
  expect(sent.filter(({ event_type }) => event_type === 'port.create.end')).toHaveLength(1);
});

test('a new binding and status are taken, and the port moves', async () => {
  const { take, row } = worldWith();
  const moved = event('update.end', 3, ['host', 1, 'compute-2'], ['status', 1, 'DOWN']);
  expect(await take(event('create.end', 1), moved)).toEqual([true, true]);
  expect(row()).toMatchObject({ 'binding:host_id': 'compute-2', status: 'DOWN' });
  const unbound = event('update.end', 4, ['host', 1, '']);
  await take(unbound);
  expect(row()).toMatchObject({ 'binding:host_id': '' });
});

test('an older revision changes nothing, whenever it comes', async () => {
  const { take, row } = worldWith();
  await take(event('create.end', 1), event('update.end', 5, ['host', 1, 'compute-2']));
  expect(await take(event('update.end', 4, ['host', 1, 'compute-3']))).toEqual([false]);
  expect(row()).toMatchObject({ 'binding:host_id': 'compute-2' });
});

test('what an event leaves out is filled in by the next walk, in the same revision', async () => {
  const { take, row, deps } = worldWith();
  await take(event('create.end', 5));
  const made = row() ?? portWith();
  expect(made.fixed_ips).toEqual([]);
  const fixed_ips = [{ ip_address: '10.0.0.5' }];
  const report = seenPort({ facts: { ...seenPort().facts, fixed_ips } });
  const actor = { user_id: 'cloud', request_id: 'walk', at: minute(51) };
  await changeMirrored(deps, port, { report, actor, row: made });
  expect(row()).toMatchObject({ fixed_ips, mirrored_revision: 5 });
});

test('a deletion is final: no event after it brings the port back', async () => {
  const { take, row } = worldWith();
  expect(await take(event('create.end', 1), gone, gone)).toEqual([true, true, true]);
  expect(await take(event('update.end', 8))).toEqual([false]);
  expect(row()).toMatchObject({ deleted: true });
});

test('a creation that comes after the deletion makes no port: a tombstone stays, and no client hears of it', async () => {
  const { take, row, sent } = worldWith();
  // No row says the same as the deletion, so it is evaluated itself.
  expect(await take(gone, event('create.end', 1), event('update.end', 2), gone)).toEqual([
    ...[false, false, false, false],
  ]);
  expect(row()).toMatchObject({ deleted: true, last_change: { kind: 'unknown delete' } });
  expect(sent).toEqual([]);
  expect(portEvents(row() ?? portWith())).toEqual([]);
});

test('a deletion that is written between the read and the write of a creation stands', async () => {
  const { take, row, state } = worldWith();
  state.meanwhile = () => take(gone);
  expect(await take(event('create.end', 1))).toEqual([false]);
  expect(row()).toMatchObject({ deleted: true });
});

test('a creation that is written between the read and the write of a deletion is deleted', async () => {
  const { take, row, state } = worldWith();
  state.meanwhile = () => take(event('create.end', 1));
  expect(await take(gone)).toEqual([true]);
  expect(row()).toMatchObject({ deleted: true, revision: 2 });
});

test('two events that both find no port end in the newer one', async () => {
  const { take, row, state } = worldWith();
  state.meanwhile = () => take(event('create.end', 1));
  expect(await take(event('update.end', 3, ['host', 1, 'compute-2']))).toEqual([true]);
  expect(row()).toMatchObject({ 'binding:host_id': 'compute-2', revision: 2 });
});

test('a status that a monitor holds is not taken', async () => {
  const { take, row, held, rows } = worldWith();
  await take(event('create.end', 1));
  rows.set(port, { ...(row() ?? portWith()), status: 'DOWN' });
  held.add(holdsId(`port#${port}`, 'port_status'));
  await take(event('update.end', 4));
  expect(row()).toMatchObject({ status: 'DOWN' });
});

test('an event with another state of the data plane is evaluated itself, and changes none', async () => {
  const { take, row } = worldWith();
  await take(event('create.end', 1));
  const down = event('update.end', 4, ['name', 1, 'p2'], ['data_plane_status', 1, 'DOWN']);
  expect(await take(down)).toEqual([false]);
  expect(row()).toMatchObject({ name: 'p2', data_plane_status: null });
});

test.each([
  ['of a port that it does not describe', { ...gone, event_type: 'port.update.end' }, 0],
  [
    'without the network of a port that is not known',
    { ...event('create.end', 1), traits: event('create.end', 1).traits.slice(2) },
    0,
  ],
  ['that is only the begin of a request', event('update.start', 1), 0],
])('an event %s changes nothing', async (_, given, rows) => {
  const world = worldWith();
  expect(await world.take(given)).toEqual([false]);
  expect(world.rows.size).toBe(rows);
});

test('events in any order, however often, end in the newest revision; after a deletion there is no port', async () => {
  const steps = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 0, max: 12 }), async (revisions, end) => {
      const { take, row } = worldWith();
      for (const [n, revision] of revisions.entries()) {
        if (n === end) await take(gone);
        await take(
          event(n === 0 ? 'create.end' : 'update.end', revision, ['host', 1, `h-${revision}`]),
        );
      }
      const deleted = end < revisions.length;
      const newest = Math.max(...revisions);
      expect(row()).toMatchObject(
        deleted ? { deleted } : { deleted, 'binding:host_id': `h-${newest}` },
      );
    }),
  );
});
