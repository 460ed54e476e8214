/** What a read of the cloud changes in the row of a port, and what it never undoes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mirroredPort, newMirroredPort } from '../../../domain/mirror/mirrored-port.ts';
import type { Port } from '../../../domain/ports/port.ts';
import { portWith } from '../ports/ports.ts';
import { id, minute } from '../rows.ts';
import { seenPort } from './seen-rows.ts';

const actor = { user_id: 'cloud', request_id: 'walk', at: minute(41) };
const free = { actor, held: false };
const facts = (given: Partial<Port>) => ({ ...seenPort().facts, ...given });

test('a new port is as the cloud shows it, with its revision', () => {
  const port = newMirroredPort(seenPort({ tags: ['a'] }), { actor, incarnation: id(5) });
  expect(port).toMatchObject({ status: 'ACTIVE', tags: ['a'], mirrored_revision: 5, revision: 1 });
  // A binding that the cloud changes before the row is written must not be taken for older than the
  // row.
  expect(port.bound_at).toBe(minute(30));
});

test('a revision that the row already reflects changes nothing, so newer reports to Doctor stay', () => {
  const row = portWith({ mirrored_revision: 5, status: 'DOWN' });
  expect(mirroredPort(row, seenPort(), free)).toBeUndefined();
  expect(mirroredPort(row, seenPort({ revision: 4 }), free)).toBeUndefined();
});

test('a newer revision changes binding, status, facts and tags', () => {
  const row = portWith({ mirrored_revision: 4 });
  const there = facts({ name: 'p2', 'binding:host_id': 'compute-2' });
  const seen = seenPort({ facts: there, status: 'BUILD', tags: ['b', 'a'] });
  expect(mirroredPort(row, seen, free)).toMatchObject({
    ...{ name: 'p2', 'binding:host_id': 'compute-2', status: 'BUILD', tags: ['b', 'a'] },
    ...{ bound_at: minute(30), mirrored_revision: 5, revision: 2 },
    last_change: { old_status: 'ACTIVE', user_id: 'cloud' },
  });
});

test('a newer revision without a difference is only noted', () => {
  const row = portWith({ mirrored_revision: 4, tags: ['b', 'a'] });
  expect(mirroredPort(row, seenPort({ tags: ['a', 'b'] }), free)).toEqual({
    ...row,
    mirrored_revision: 5,
  });
});

test('a port that was created in Doctor is matched with that of the cloud', () => {
  expect(mirroredPort(portWith(), seenPort(), free)).toMatchObject({ mirrored_revision: 5 });
});

test('the data plane status that was reported to Doctor stays', () => {
  const row = portWith({ mirrored_revision: 4, data_plane_status: 'DOWN' });
  const seen = seenPort({ facts: facts({ name: 'p2' }) });
  expect(mirroredPort(row, seen, free)).toMatchObject({ name: 'p2', data_plane_status: 'DOWN' });
});

test('a binding that Doctor made later, when the server moved, stands', () => {
  const moved = { 'binding:host_id': 'compute-2', bound_at: minute(35), mirrored_revision: 4 };
  const seen = seenPort({ facts: facts({ name: 'p2', 'binding:host_id': 'compute-1' }) });
  expect(mirroredPort(portWith(moved), seen, free)).toMatchObject({
    name: 'p2',
    'binding:host_id': 'compute-2',
  });
  const later = { ...seen, changed_at: minute(36) };
  expect(mirroredPort(portWith(moved), later, free)?.['binding:host_id']).toBe('compute-1');
});

test('a status that a monitor holds stands', () => {
  const row = portWith({ mirrored_revision: 4, status: 'DOWN' });
  expect(mirroredPort(row, seenPort(), { actor, held: true })?.status).toBe('DOWN');
  expect(mirroredPort(row, seenPort(), free)?.status).toBe('ACTIVE');
});

test('a deleted port stays deleted', () => {
  expect(mirroredPort(portWith({ deleted: true }), seenPort(), free)).toBeUndefined();
});

test('reports in any order and repetition end with the newest', () => {
  const revisions = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(revisions, (all) => {
      const last = all.reduce<Port>(
        (row, revision) =>
          mirroredPort(
            row,
            seenPort({
              revision,
              facts: facts({ name: `p${revision}` }),
              changed_at: minute(revision),
            }),
            free,
          ) ?? row,
        portWith(),
      );
      expect(last).toMatchObject({
        name: `p${Math.max(...all)}`,
        mirrored_revision: Math.max(...all),
      });
    }),
  );
});
