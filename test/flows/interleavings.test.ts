/** Concurrent reports and registrations, in any order of their steps. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DomainError } from '../../domain/errors.ts';
import { applyFault } from '../../flows/apply-fault.ts';
import { deleteInstance, registerInstance } from '../../flows/register-instance.ts';
import { updateService } from '../../flows/update-service.ts';
import { factsOf, hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { instanceSteps, scheduledBy, type Write } from './scheduled-steps.ts';
import { worldOf } from './world.ts';

const hostNames = ['compute-1', 'compute-2'];
const uuids = [id(10), id(20)];

/** A step, and the time on its caller's clock. The clocks differ by minutes. */
const Act = fc.oneof(
  fc.record({
    kind: fc.constantFrom('down', 'up'),
    host: fc.constantFrom(...hostNames),
    at: fc.integer({ min: 2, max: 9 }),
  }),
  fc.record({
    kind: fc.constantFrom('active', 'paused', 'deleted'),
    host: fc.constantFrom(...hostNames),
    uuid: fc.constantFrom(...uuids),
    at: fc.integer({ min: 2, max: 9 }),
  }),
);
type Act = typeof Act extends fc.Arbitrary<infer T> ? T : never;

function rivals(scheduler: fc.Scheduler) {
  const world = worldOf({
    hosts: hostNames.map((host, n) => hostWith({ host, incarnation: id(100 + n) })),
    instances: uuids.map((uuid) => instanceWith({ uuid })),
  });
  const history: Write[] = [];
  const step = scheduledBy(scheduler);
  const { deps } = world;
  const flow = {
    ...deps,
    host: step('read host', deps.host),
    ...instanceSteps(step, world, history),
  };
  const act = async (given: Act, n: number): Promise<void> => {
    const actor = { user_id: 'u', request_id: `req-${n}`, at: minute(given.at) };
    const reporter = { user_id: 'u', user_name: 'u', project_id: 'p' };
    const { kind, host } = given;
    const reported_at = minute(given.at);
    if (!('uuid' in given)) {
      const update = { forced_down: kind === 'down' };
      await updateService(flow, { host, update }, { actor, reporter });
    } else if (kind === 'deleted') {
      await deleteInstance(flow, given.uuid, { reported_at, actor });
    } else {
      const vm_state = kind === 'paused' ? 'paused' : 'active';
      const facts = { ...factsOf(instanceWith()), host, vm_state } as const;
      await registerInstance(flow, given.uuid, { factsOver: () => facts, reported_at, actor });
    }
  };
  /** A 404 or 409 is an answer; any other error fails the test. */
  const answered = (given: Act, n: number) =>
    act(given, n).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
    });
  return { world, history, answered };
}

test('no fault is recorded without being applied, and no row goes back in time', async () => {
  const acts = fc.array(Act, { minLength: 2, maxLength: 6 });
  const index = fc.record({ late: fc.subarray(uuids), behind: fc.subarray(uuids) });
  await fc.assert(
    fc.asyncProperty(acts, index, fc.scheduler(), async (given, { late, behind }, scheduler) => {
      const { world, history, answered } = rivals(scheduler);
      for (const uuid of late) world.state.hidden.add(uuid);
      for (const uuid of behind) world.state.behind.set(uuid, instanceWith({ uuid }));
      await scheduler.waitFor(Promise.all(given.map(answered)));
      // Does the work of the fault-finisher with complete indexes.
      world.state.hidden.clear();
      world.state.behind.clear();
      for (const host of world.hosts.values()) await applyFault(world.deps, host);

      for (const { from, to } of history) {
        if (!from || from.incarnation !== to.incarnation) continue;
        expect(to.revision - from.revision).toBeLessThanOrEqual(1);
        expect(to.reported_at >= from.reported_at).toBe(true);
        if (from.host !== to.host) continue;
        expect(to.fault_number).toBeGreaterThanOrEqual(from.fault_number);
        // Every recorded fault stopped an instance, or found it stopped or deleted.
        if (to.fault_number > from.fault_number) {
          expect(['stopped', 'deleted']).toContain(to.vm_state);
        }
      }
      const changes = history.filter(({ from, to }) => to.revision !== from?.revision);
      const stamps = changes.map(({ to }) => `${to.uuid} ${to.incarnation} ${to.revision}`);
      expect(new Set(stamps).size).toBe(stamps.length);
      for (const instance of world.instances.values()) {
        const host = world.hosts.get(instance.host ?? '');
        if (!host || instance.deleted) continue;
        expect(instance.fault_number).toBe(host.fault_number);
        if (host.forced_down) expect(instance.vm_state).toBe('stopped');
      }
    }),
    { numRuns: 1_500 },
  );
});
