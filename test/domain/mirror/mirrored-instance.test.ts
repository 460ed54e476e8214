/** What a read of the cloud changes in the row of a server, and what it never undoes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Host } from '../../../domain/hosts/host.ts';
import { settled } from '../../../domain/hosts/host-fault.ts';
import { mirroredInstance, type SeenState } from '../../../domain/mirror/mirrored-instance.ts';
import { changedAt, type SeenServer } from '../../../domain/mirror/seen.ts';
import type { Evacuation } from '../../../domain/servers/evacuation.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import { registeredInstance } from '../../../domain/servers/registered-instance.ts';
import { downHost, evacuationWith, hostWith, id, instanceWith, minute } from '../rows.ts';
import { seenServer } from './seen-rows.ts';

const actor = { user_id: 'cloud', request_id: 'walk', at: minute(41) };

const mirror = (
  row: Instance | undefined,
  host: Host | undefined,
  seen: SeenServer,
  more: Partial<SeenState> = {},
) =>
  mirroredInstance(
    row,
    seen.uuid,
    host,
    { facts: seen.facts, reported_at: seen.read_at, actor, newId: () => id(99) },
    { ...seen, held: false, ...more },
  );

const known = (given: Partial<Instance> = {}) => instanceWith({ mirrored: true, ...given });

/** A server that the first fault of its host has stopped. */
const stopped = (): Instance => settled(known(), downHost()) ?? known();

test('a server that is not known is created, with the mark that the cloud has it', () => {
  expect(mirror(undefined, hostWith(), seenServer())).toMatchObject({
    kind: 'created',
    row: { vm_state: 'active', mirrored: true, reported_at: minute(40) },
  });
});

test('a server that is as its row says costs no write', () => {
  expect(mirror(known(), hostWith(), seenServer()).kind).toBe('same');
});

test('a server that a feed registered gets the mark, without a new revision', () => {
  const row = instanceWith();
  expect(mirror(row, hostWith(), seenServer())).toEqual({
    kind: 'kept',
    row: { ...row, mirrored: true },
  });
});

test('a change in the cloud that the row has already moves its time, so that older events are stale', () => {
  const seen = { ...seenServer(), changed_at: minute(20) };
  const { kind, row } = mirror(known(), hostWith(), seen);
  expect([kind, row.reported_at, row.revision]).toEqual(['kept', minute(20), 1]);
  expect(mirror(row, hostWith(), seen).kind).toBe('same');
});

test.each([
  ['another state', 'compute-1', { vm_state: 'paused', power_state: 3 } as const],
  ['another name', 'compute-1', { name: 'vm-2' }],
  ['another host', 'compute-2', { host: 'compute-2' }],
])('%s in the cloud changes the row', (_, name, facts) => {
  const host = hostWith({ host: name });
  expect(mirror(known(), host, seenServer(facts))).toMatchObject({
    kind: 'changed',
    row: { ...facts, mirrored: true, reported_at: minute(40) },
  });
});

test('a row that was written since the read was begun stands, whatever its time of report', () => {
  const row = known({ vm_state: 'paused', updated_at: minute(40), reported_at: minute(2) });
  expect(mirror(row, hostWith(), seenServer())).toEqual({ kind: 'stale', row });
});

test('ACTIVE on a host that is reported down changes nothing', () => {
  const row = stopped();
  expect(mirror(row, downHost(), seenServer()).kind).toBe('same');
  expect(row.vm_state).toBe('stopped');
});

test('ACTIVE stays without effect while the cloud still takes the host for down', () => {
  const up = downHost(1, { forced_down: false });
  const unseen = { ...seenServer(), host_up: false };
  expect(mirror(stopped(), up, unseen).kind).toBe('same');
  expect(mirror(stopped(), up, seenServer()).row.vm_state).toBe('active');
});

test('a state that the cloud gave the server after the fault is taken', () => {
  const error = { ...seenServer({ vm_state: 'error' }), host_up: false };
  expect(mirror(stopped(), downHost(), error).row).toMatchObject({ vm_state: 'error' });
});

test('an error that a monitor holds is not taken back', () => {
  const row = known({ vm_state: 'error' });
  expect(mirror(row, hostWith(), seenServer(), { held: true }).kind).toBe('same');
  expect(mirror(row, hostWith(), seenServer()).row.vm_state).toBe('active');
});

test('an evacuation that is under way goes on, on both hosts, until the cloud has ended it', () => {
  const evacuation = evacuationWith({ source: 'compute-1', dest: 'compute-2' });
  const row = known({ evacuation, task_state: 'rebuilding' });
  const target = hostWith({ host: 'compute-2' });
  const there = { host: 'compute-2', task_state: 'rebuild_spawning' };
  expect(mirror(row, downHost(), seenServer()).kind).toBe('same');
  expect(mirror(row, target, seenServer(there)).kind).toBe('stale');
  expect(mirror(row, target, seenServer({ host: 'compute-2' })).row).toMatchObject({
    host: 'compute-2',
    evacuation: { status: 'done' },
  });
});

const ownMove = (given: Partial<Evacuation> = {}) =>
  known({
    evacuation: evacuationWith({ executor: 'openstack', dest: null, ...given }),
    task_state: 'rebuilding',
  });

test('a move of Doctor that ends in error has failed, where the server is', () => {
  const seen = seenServer({ host: 'compute-2', vm_state: 'error' });
  expect(mirror(ownMove(), hostWith({ host: 'compute-2' }), seen).row).toMatchObject({
    ...{ host: 'compute-2', vm_state: 'error' },
    evacuation: { status: 'failed', reason: expect.stringContaining('in error on compute-2') },
  });
});

test.each([
  ['that ran', known()],
  ['that was off', known({ vm_state: 'stopped', power_state: 4 })],
])(
  'an evacuation that others requested of a server %s changes nothing before its end',
  (_, row) => {
    const after = settled(row, downHost()) ?? row;
    const { vm_state, power_state } = row;
    const states = { vm_state, power_state, task_state: 'rebuild_spawning' };
    const moving = { ...seenServer(states), host_up: false, changed_at: minute(30) };
    expect(mirror(after, downHost(), moving)).toMatchObject({
      row: { vm_state: 'stopped', task_state: null, host: 'compute-1', revision: after.revision },
    });
    const there = hostWith({ host: 'compute-2' });
    const arrived = seenServer({ ...states, task_state: null, host: 'compute-2' }, 45);
    expect(mirror(after, there, arrived).row).toMatchObject({ host: 'compute-2', vm_state });
  },
);

test('a server that Doctor sees at first while others evacuate it is not in error', () => {
  const states = { vm_state: 'active', task_state: 'rebuilding' } as const;
  const moving = { ...seenServer(states), host_up: false, changed_at: minute(30) };
  expect(mirror(undefined, downHost(), moving).row).toMatchObject({ vm_state: 'stopped' });
  // Its rebuild was under way when its host failed.
  const before = { ...moving, changed_at: minute(5) };
  expect(mirror(undefined, downHost(), before).row).toMatchObject({ vm_state: 'error' });
});

test('the time of a change is the end of its second, and never after the read', () => {
  expect(changedAt('2026-01-01T00:00:05Z', minute(1))).toBe('2026-01-01T00:00:05.999Z');
  expect(changedAt('2026-01-01T00:01:00Z', '2026-01-01T00:01:00.250Z')).toBe(
    '2026-01-01T00:01:00.250Z',
  );
});

/** The cloud's states of one server, each since a minute. */
const story = [
  { at: 2, vm_state: 'active' },
  { at: 12, vm_state: 'paused' },
  { at: 22, vm_state: 'suspended' },
  { at: 32, vm_state: 'active' },
] as const;
const stateAt = (at: number) => story.findLast((state) => state.at <= at) ?? story[0];

/**
 * A read of the cloud at a minute, or an event about the n-th state. Each is handled at some later
 * minute.
 */
const step = fc.oneof(
  fc.record({ kind: fc.constant('read' as const), at: fc.integer({ min: 3, max: 50 }) }),
  fc.record({ kind: fc.constant('event' as const), at: fc.constantFrom(2, 12, 22, 32) }),
);

test('reads and events in any order, however late and often, never undo a newer state', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      let row: Instance | undefined;
      let newest = 0;
      for (const { kind, at } of steps) {
        const state = stateAt(at);
        const facts = seenServer({ vm_state: state.vm_state }).facts;
        const by = { actor: { ...actor, at: minute(1) }, newId: () => id(99), facts };
        const next =
          kind === 'event'
            ? registeredInstance(row, id(10), hostWith(), { ...by, reported_at: minute(at) })
            : mirroredInstance(
                row,
                id(10),
                hostWith(),
                { ...by, reported_at: minute(at) },
                { read_at: minute(at), changed_at: minute(state.at), host_up: true, held: false },
              );
        row = next.row;
        newest = Math.max(newest, state.at);
        expect(row.vm_state).toBe(stateAt(newest).vm_state);
      }
    }),
  );
});

test('a fault before, between or after reads stands until its host is up in both', () => {
  const begins = fc.array(fc.integer({ min: 3, max: 60 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(begins, fc.integer({ min: 0, max: 8 }), (reads, place) => {
      let row: Instance = known({ updated_at: minute(1) });
      let host = hostWith();
      for (const [n, at] of [...reads, 61].entries()) {
        if (n === place) {
          host = downHost();
          row = settled(row, host) ?? row;
        }
        row = mirror(row, host, seenServer({}, at)).row;
        if (host.forced_down) expect(row.vm_state).toBe('stopped');
      }
    }),
  );
});
