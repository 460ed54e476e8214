/**
 * Reports in quick succession. Whatever happens to their messages and to the requests to Nova: Nova
 * ends in the state that Doctor shows, no request of Doctor is taken for a report of another
 * caller, and each fault records its outcome.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flagDifference } from '../../../domain/cloud/flag-difference.ts';
import type { Host } from '../../../domain/hosts/host.ts';
import { downHost, hostWith } from '../../domain/rows.ts';
import { type CloudWorld, cloudWorld } from './world.ts';

const up = (number: number) => hostWith({ fault_number: number, revision: 2 * number });
const story: readonly Host[] = [downHost(1), up(1), downHost(2), up(2), downHost(3)];

const show = (world: CloudWorld, host: Host) => void world.rows.hosts.set(host.host, host);
const inNova = (world: CloudWorld) => world.nova.service('compute-1')?.forced_down;
const outcome = (world: CloudWorld, number: number) => {
  const { change, state } = world.outcomes.get(number) ?? {};
  return `${change} ${state}`;
};

/** True if the mirror would take the flag in Nova for a report of another caller. */
function isTakenForReport(world: CloudWorld): boolean {
  const forced_down = inNova(world) ?? false;
  if (forced_down === world.rows.hosts.get('compute-1')?.forced_down) return false;
  const read_at = '2027-01-01T00:00:00.000Z';
  const seen = { forced_down, read_at };
  const why = flagDifference(world.applied.get('compute-1'), seen, false);
  return why === 'reported' || why === 'undone';
}

test('a request that Nova carries out after the host has come back is undone, and is no report', async () => {
  await using world = await cloudWorld({ hosts: [downHost()] });
  // Both tries of the write.
  Object.assign(world.trouble, { from: 2, to: 3, how: 'late' });
  show(world, downHost());
  await world.handle(world.service(downHost()));
  show(world, up(1));
  await world.handle(world.service(up(1)));
  expect(outcome(world, 1)).toBe('up pending');
  await world.carryOut();
  expect(inNova(world)).toBe(true);
  expect(isTakenForReport(world)).toBe(false);
  await world.drain();
  expect(inNova(world)).toBe(false);
  expect(outcome(world, 1)).toBe('up done');
});

test('a request that Nova has not carried out after a minute counts as lost', async () => {
  await using world = await cloudWorld({ hosts: [downHost()] });
  Object.assign(world.trouble, { from: 2, to: 3, how: 'lose' });
  await world.handle(world.service(downHost()));
  show(world, up(1));
  const began = world.clock.ms;
  await world.handle(world.service(up(1)));
  await world.drain();
  expect(outcome(world, 1)).toBe('up done');
  expect(world.applied.get('compute-1')).toMatchObject({ forced_down: false, done: true });
  expect(world.clock.ms - began).toBeGreaterThanOrEqual(60_000);
});

test('a request that Nova refuses delays no later one', async () => {
  await using world = await cloudWorld({ hosts: [up(1)] });
  Object.assign(world.nova.service('compute-1') ?? {}, { forced_down: true });
  world.cloud.disturb({ method: 'PUT', how: 'refuse', status: 400 });
  await world.handle(world.service(up(1)));
  expect(outcome(world, 1)).toBe('up pending');
  show(world, downHost(2));
  await world.handle(world.service(downHost(2)));
  expect(outcome(world, 2)).toBe('down done');
});

test('a fault that is over before its message is handled does not stay pending', async () => {
  await using world = await cloudWorld({ hosts: [downHost(2)] });
  for (const host of story.slice(0, 3)) await world.handle(world.service(host));
  expect([outcome(world, 1), outcome(world, 2)]).toEqual(['up done', 'down done']);
});

test('a fault that was pending at the next fault does not stay pending either', async () => {
  await using world = await cloudWorld({ hosts: [downHost(1)] });
  await world.cloud.stop();
  await world.handle(world.service(downHost(1)));
  expect(outcome(world, 1)).toBe('down pending');
  for (const host of story.slice(1, 3)) show(world, host);
  await world.cloud.start();
  await world.drain();
  expect(outcome(world, 1)).toBe('up done');
});

type Lateness = { from: number; requests: number; how: CloudWorld['trouble']['how'] };

/** What happens next: the host changes, a message is handled, or two at once. */
const Step = fc.oneof(
  fc.constant('change' as const),
  fc.record({ handle: fc.array(fc.nat(4), { minLength: 1, maxLength: 2 }) }),
  fc.constant('carry out' as const),
);

/** The first of two attempts to force the host down is carried out late, after the host is up again. */
const retriedLate: [('change' | 'carry out' | { handle: number[] })[], Lateness] = [
  ['change', { handle: [0, 0] }, 'change', { handle: [0] }, { handle: [0] }, { handle: [0] }],
  { from: 2, requests: 2, how: 'late' },
];

test('messages in any order, repeated and at the same time, and requests that are lost or late', async () => {
  const steps = fc.array(Step, { minLength: 3, maxLength: 9 });
  const trouble = fc.record({
    from: fc.integer({ min: 1, max: 8 }),
    requests: fc.integer({ min: 1, max: 3 }),
    how: fc.constantFrom<Lateness['how']>('lose', 'lose-answer', 'late'),
  });
  await fc.assert(
    fc.asyncProperty(steps, trouble, async (plan, { from, requests, how }) => {
      await using world = await cloudWorld({ hosts: [hostWith()] });
      Object.assign(world.trouble, { from, to: from + requests - 1, how });
      let changes = 0;
      const sent = () => story.slice(0, changes).map((host) => world.service(host));
      for (const step of plan) {
        const next = story[changes];
        if (step === 'change' && next) {
          show(world, next);
          changes += 1;
        }
        if (step === 'carry out') await world.carryOut();
        if (typeof step === 'object') {
          const messages = step.handle.flatMap((n) => sent()[n] ?? []);
          await Promise.all(messages.map((message) => world.handle(message)));
        }
        expect(isTakenForReport(world)).toBe(false);
      }
      // Each message is handled once at least.
      for (const message of sent()) await world.handle(message);
      await world.carryOut();
      expect(isTakenForReport(world)).toBe(false);
      await world.drain();
      const host = world.rows.hosts.get('compute-1');
      expect(inNova(world)).toBe(host?.forced_down);
      for (let number = 1; number <= (host?.fault_number ?? 0); number++) {
        const stands = number === host?.fault_number && host.forced_down;
        expect(outcome(world, number)).toBe(stands ? 'down done' : 'up done');
      }
      expect(world.queue).toEqual([]);
    }),
    { numRuns: 60, examples: [retriedLate] },
  );
}, 60_000);
