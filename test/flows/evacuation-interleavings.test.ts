/** Concurrent evacuations, their ends, faults, resets and feeds, in any order of their steps. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DomainError } from '../../domain/errors.ts';
import { hasFailed } from '../../domain/hosts/fault.ts';
import type { Host } from '../../domain/hosts/host.ts';
import {
  countsDeparture,
  type Executor,
  executors,
  inFlight,
} from '../../domain/servers/evacuation.ts';
import { afterAction } from '../../domain/servers/server-action.ts';
import { applyFault } from '../../flows/apply-fault.ts';
import { changeServer } from '../../flows/change-server.ts';
import { makeTargets } from '../../flows/choose-target.ts';
import { evacuate, reportEvacuation } from '../../flows/evacuate.ts';
import { readServers } from '../../flows/read-servers.ts';
import { deleteInstance, registerInstance } from '../../flows/register-instance.ts';
import { updateService } from '../../flows/update-service.ts';
import { downHost, factsOf, hostWith, id, instanceWith, minute } from '../domain/rows.ts';
import { instanceSteps, scheduledBy, type Write } from './scheduled-steps.ts';
import { worldOf } from './world.ts';

const hostNames = ['compute-1', 'compute-2', 'compute-3'];
const uuids = [id(10), id(20)];
const host = fc.constantFrom(...hostNames);
const uuid = fc.constantFrom(...uuids);

const Act = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('down', 'up', 'restart'), host }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('evacuate'), uuid, host }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('anywhere', 'deleted'), uuid }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('done', 'failed'), uuid }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('active', 'error'), uuid }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('seen'), uuid, host }) },
);
type Act = typeof Act extends fc.Arbitrary<infer T> ? T : never;

const stateOf = ({ forced_down }: Pick<Host, 'forced_down'>) => (forced_down ? 'down' : 'up');

/** Nova chooses a target if the caller names none, and the report says which. */
const chosenBy = (executor: Executor, name: string | undefined) =>
  executor === 'openstack' && name !== undefined ? { host: name } : {};

function rivals(scheduler: fc.Scheduler, executor: Executor) {
  const world = worldOf({
    hosts: [
      downHost(1, { host: 'compute-1', incarnation: id(100) }),
      hostWith({ host: 'compute-2', incarnation: id(101) }),
      hostWith({ host: 'compute-3', incarnation: id(102) }),
    ],
    instances: uuids.map((each) => instanceWith({ uuid: each })),
  });
  const history: Write[] = [];
  const step = scheduledBy(scheduler);
  const { deps } = world;
  const read = step('read host', deps.host);
  const targets = makeTargets({
    ...{ host: read, stateOf, clock: () => 0 },
    allHosts: async () => [...world.hosts.values()],
    countsOn: async (names) => new Map(names.map((name) => [name, 0])),
  });
  const flow = {
    ...deps,
    ...{ targets, executor, stateOf, host: read },
    departures: step('read departures', deps.departures),
    ...instanceSteps(step, world, history),
  };
  const act = async (given: Act, n: number): Promise<unknown> => {
    const actor = { user_id: 'u', request_id: `req-${n}`, at: minute(20 + n) };
    const reporter = { user_id: 'u', user_name: 'u', project_id: 'p' };
    const name = 'host' in given ? given.host : undefined;
    if (!('uuid' in given)) {
      if (given.kind === 'restart') return deps.noteRestart(given.host, actor.at);
      const update = { forced_down: given.kind === 'down' };
      return updateService(flow, { host: given.host, update }, { actor, reporter });
    }
    const of = given.uuid;
    switch (given.kind) {
      case 'evacuate':
      case 'anywhere':
        return evacuate(flow, of, { target: name, actor, project_id: 'p' });
      case 'done':
      case 'failed':
        return reportEvacuation(
          flow,
          of,
          {
            status: given.kind,
            migration_uuid: undefined,
            ...chosenBy(executor, hostNames[n % 3]),
          },
          actor,
        );
      case 'deleted':
        return deleteInstance(flow, of, { reported_at: undefined, actor });
      case 'seen': {
        const facts = { ...factsOf(instanceWith()), host: name ?? null };
        return registerInstance(flow, of, {
          ...{ factsOver: () => facts, reported_at: undefined, actor },
        });
      }
      default: {
        const action = { name: 'os-resetState', state: given.kind } as const;
        return changeServer(flow, of, (on) =>
          afterAction({ ...on, up: !on.host?.forced_down }, action, actor),
        );
      }
    }
  };
  /** An error that the API answers is a result; any other error fails the test. */
  const answered = async (given: Act, n: number): Promise<void> => {
    await act(given, n).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
    });
  };
  return { world, history, answered };
}
type World = ReturnType<typeof worldOf>;

/** The changes of its evacuation that a write of an instance may make. */
function expectOneMove({ from, to }: Write): void {
  if (!from || from.incarnation !== to.incarnation) {
    expect(to.evacuation).toBeNull();
    return;
  }
  expect(to.revision - from.revision).toBeLessThanOrEqual(1);
  expect(to.reported_at >= from.reported_at).toBe(true);
  const before = inFlight(from);
  if (before) {
    // The move stays the same until it has ended. It ends at its target, or fails.
    expect(to.evacuation?.uuid).toBe(before.uuid);
    if (to.evacuation?.status === 'done') expect(to.host).toBe(before.dest ?? to.evacuation.dest);
    else if (inFlight(to)) expect(to.host).toBe(before.source);
    else expect(to.evacuation?.status).toBe('failed');
  } else if (to.evacuation?.uuid !== from.evacuation?.uuid) {
    expect(to.evacuation?.source).toBe(from.host);
    expect(to.host).toBe(to.evacuation?.status === 'done' ? to.evacuation.dest : from.host);
  }
}

/**
 * Expects that rows, copies and counts agree. Moves of Nova are counted by Nova itself. With an
 * external executor a move may end after its source is up again: as in Nova, records with `done`
 * keep a host down, accepted ones do not.
 */
function expectAgreement(
  { hosts, instances, migrations, departures }: World,
  executor: Executor,
): void {
  for (const { uuid, evacuation } of instances.values()) {
    if (!evacuation) continue;
    expect(migrations.get(evacuation.uuid)).toEqual({ ...evacuation, instance_uuid: uuid });
  }
  const records = [...migrations.values()];
  for (const { host, forced_down } of hosts.values()) {
    const { done = 0, restarts = 0 } = departures.get(host) ?? {};
    const standing = records.filter(
      (each) => each.source === host && countsDeparture(each) && each.source_restarts === restarts,
    );
    expect(standing).toHaveLength(done);
    if (done > 0 && executor === 'none') expect(forced_down).toBe(true);
  }
}

/**
 * Expects that no instance is active on a host that is down, or is being moved to a host that
 * failed.
 */
async function expectTruth({ deps, hosts }: World): Promise<void> {
  for (const { instance } of await readServers(deps, uuids)) {
    const host = hosts.get(instance.host ?? '');
    if (host && hasFailed(host) && instance.task_state === null) {
      expect(instance.vm_state).not.toBe('active');
    }
    const move = inFlight(instance);
    const target = hosts.get(move?.dest ?? '');
    if (move?.dest) expect(target?.fault_number).toBe(move.dest_fault_number);
  }
}

test.each(executors)(
  'with the executor %s each server moves once, and the records agree',
  async (executor) => {
    const acts = fc.array(Act, { minLength: 2, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(acts, fc.subarray(uuids), fc.scheduler(), async (given, late, scheduler) => {
        const { world, history, answered } = rivals(scheduler, executor);
        for (const each of late) world.state.hidden.add(each);
        await scheduler.waitFor(Promise.all(given.map(answered)));
        for (const write of history) expectOneMove(write);
        expectAgreement(world, executor);
        await expectTruth(world);
        // Does the work of the fault-finisher with complete indexes. After it, rows are as readers
        // saw them before.
        const seen = await readServers(world.deps, uuids);
        world.state.hidden.clear();
        for (const each of world.hosts.values()) await applyFault(world.deps, each);
        for (const { instance } of seen) {
          expect(world.instances.get(instance.uuid)).toMatchObject({
            ...{ vm_state: instance.vm_state, evacuation: instance.evacuation },
          });
        }
        expectAgreement(world, executor);
        const stamps = history
          .filter(({ from, to }) => to.revision !== from?.revision)
          .map(({ to }) => `${to.uuid} ${to.incarnation} ${to.revision}`);
        expect(new Set(stamps).size).toBe(stamps.length);
      }),
      { numRuns: 300 },
    );
  },
);
