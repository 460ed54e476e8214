import { describe, expect, test } from 'vitest';
import { instanceEvent } from '../../../domain/events/event.ts';
import { forTenant } from '../../../domain/events/visibility.ts';
import {
  checkEvacuation,
  type EvacuationCandidate,
  type EvacuationOrder,
  evacuated,
} from '../../../domain/servers/evacuate.ts';
import {
  evacuationStatuses,
  noDepartures,
  shownStatus,
} from '../../../domain/servers/evacuation.ts';
import { arrived, reportedOn, stranded } from '../../../domain/servers/evacuation-end.ts';
import { isTarget, leastLoaded } from '../../../domain/servers/evacuation-target.ts';
import { Instance, type VmState, vmStates } from '../../../domain/servers/instance.ts';
import {
  downHost,
  evacuationWith,
  firstFault,
  hostWith,
  id,
  instanceWith,
  minute,
  movingInstance,
  targetHost,
} from '../rows.ts';

const actor = { user_id: 'operator', request_id: 'req-evacuate', at: minute(20) };
const order = (given: Partial<EvacuationOrder> = {}): EvacuationOrder => ({
  ...{ uuid: id(70), number: 7, executor: 'none', actor, project_id: 'ops', restarts: 0 },
  ...given,
});
const off = { vm_state: 'stopped', power_state: 4, fault_number: 1 } as const;
const priorTo = (vm_state: VmState) => ({
  vm_state,
  power_state: 1,
  task_state: null,
  ...firstFault,
});
const stopped = (given: Partial<Instance> = {}) =>
  instanceWith({ ...off, pre_fault: priorTo('active'), ...given });

describe('may an instance leave its host?', () => {
  const leaving = (given: Partial<EvacuationCandidate> = {}): EvacuationCandidate => ({
    ...{ instance: stopped(), source: downHost(), sourceUp: false, named: undefined },
    ...given,
  });
  const named = (name: string, host = hostWith({ host: name })) => ({ name, host });

  test.each(vmStates)('%s: only active, stopped and error', (vm_state) => {
    const may = () => checkEvacuation(leaving({ instance: stopped({ vm_state }) }));
    if (['active', 'stopped', 'error'].includes(vm_state)) expect(may()).toEqual(downHost());
    else expect(may).toThrow(expect.objectContaining({ code: 'conflict' }));
  });

  const never = stopped({ launched_at: null });
  test.each<[string, Partial<EvacuationCandidate>, string, RegExp]>([
    [
      'to a host that is not registered',
      { named: { name: 'x', host: undefined } },
      'not_found',
      /x/,
    ],
    [
      'to a host that was deleted',
      { named: named('x', hostWith({ deleted: true })) },
      ...(['not_found', /x/] as const),
    ],
    ['to where it is', { named: named('compute-1') }, 'invalid', /same/],
    ['before its first launch', { instance: never }, 'conflict', /launch/],
    ['from no host', { instance: stopped({ host: null }), source: undefined }, 'conflict', /host/],
    ['a second time', { instance: movingInstance() }, 'conflict', /another evacuation/],
    ['from a host that is up', { sourceUp: true, source: hostWith() }, 'invalid', /in use/],
  ])('not %s', (_, given, code, message) => {
    const may = () => checkEvacuation(leaving(given));
    expect(may).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  /** Nova's order: each case fails two checks, and the error is that of the earlier one. */
  const unknown = { name: 'x', host: undefined };
  test.each<[string, Partial<EvacuationCandidate>, string]>([
    ['an unknown target before the state', { named: unknown, instance: never }, 'not_found'],
    ['its own host before the state', { named: named('compute-1'), instance: never }, 'invalid'],
    ['the state before a host that is up', { instance: never, sourceUp: true }, 'conflict'],
    ['a move before a host that is up', { instance: movingInstance(), sourceUp: true }, 'conflict'],
  ])('%s', (_, given, code) => {
    expect(() => checkEvacuation(leaving(given))).toThrow(expect.objectContaining({ code }));
  });

  test('it may leave a host that was deleted', () => {
    const source = hostWith({ deleted: true });
    expect(checkEvacuation(leaving({ source, sourceUp: true }))).toEqual(source);
  });
});

test.each([
  ['is fit', {}, 'up', true],
  ['is silent', {}, 'down', false],
  ['is disabled', { status: 'disabled' }, 'up', false],
  ['is in maintenance', { maintenance: true }, 'up', false],
  ['is reported down', { forced_down: true }, 'up', false],
  ['was deleted', { deleted: true }, 'up', false],
] as const)('a host that %s', (_, given, state, fit) => {
  expect(isTarget(hostWith(given), state)).toBe(fit);
});

test.each<[Record<string, number>, string | undefined]>([
  [{ b: 2, a: 3, c: 4 }, 'b'],
  [{ c: 1, b: 1, a: 1 }, 'a'],
  [{ source: 0, b: 9 }, 'b'],
  [{ source: 0 }, undefined],
  [{}, undefined],
])('of %o the least loaded host other than the source is %s', (loads, host) => {
  expect(leastLoaded(new Map(Object.entries(loads)), 'source')).toBe(host);
});

/** By the state before the fault: docs/wire/compute.md#what-an-evacuation-does. */
const originals: readonly (readonly [VmState, 'active' | 'stopped'])[] = [
  ...(['active', 'paused', 'suspended', 'rescued', 'error', 'building'] as const).map(
    (state) => [state, 'active'] as const,
  ),
  ['stopped', 'stopped'],
];

describe('without an executor', () => {
  test.each(originals)(
    'an instance that was %s before the fault is %s at once',
    (vm_state, original) => {
      const instance = stopped({ pre_fault: priorTo(vm_state) });
      const moved = evacuated(instance, downHost(), targetHost({ fault_number: 3 }), order());
      expect(moved).toMatchObject({
        ...{ vm_state: original, power_state: original === 'active' ? 1 : 4, task_state: null },
        ...{ host: 'compute-2', availability_zone: 'west', fault_number: 3 },
        ...{ launched_at: minute(20), updated_at: minute(20), revision: 2 },
        ...{ pre_fault: null, fault: null },
        evacuation: {
          ...{ uuid: id(70), number: 7, status: 'done', source: 'compute-1', dest: 'compute-2' },
          ...{ dest_ip: '192.0.2.12', user_id: 'operator', project_id: 'ops' },
          ...{ created_at: minute(20), updated_at: minute(20) },
        },
        last_change: {
          ...{ event_type: 'compute.instance.update', old_state: 'stopped', fault_id: null },
          old_task_state: 'rebuilding',
        },
      });
      expect(Instance.parse(moved)).toEqual(moved);
    },
  );

  test.each([
    ['active', 'active'],
    ['stopped', 'stopped'],
    ['error', 'active'],
  ] as const)('of a host that was not reported down, %s comes up %s', (vm_state, after) => {
    const moved = evacuated(instanceWith({ vm_state }), hostWith(), targetHost(), order());
    expect(moved.vm_state).toBe(after);
  });

  test('the number of restarts of the source is recorded', () => {
    const moved = evacuated(stopped(), downHost(), targetHost(), order({ restarts: 4 }));
    expect(moved.evacuation?.source_restarts).toBe(4);
  });
});

describe('with an external executor', () => {
  const accepted = () =>
    evacuated(
      stopped(),
      downHost(),
      targetHost({ fault_number: 3 }),
      order({ executor: 'external' }),
    );

  test('an instance is rebuilding on its old host, and the event names source and target', () => {
    const on = accepted();
    expect(on).toMatchObject({
      ...{ vm_state: 'stopped', task_state: 'rebuilding', host: 'compute-1', fault_number: 1 },
      evacuation: {
        ...{ status: 'accepted', original: 'active' },
        ...{ dest_incarnation: id(21), dest_fault_number: 3 },
      },
    });
    const { event_type, traits } = instanceEvent(on);
    expect(event_type).toBe('compute.instance.evacuate');
    expect(traits).toEqual(
      expect.arrayContaining([
        ['source_host', 1, 'compute-1'],
        ['dest_host', 1, 'compute-2'],
        ['migration_uuid', 1, id(70)],
        ['new_task_state', 1, 'rebuilding'],
      ]),
    );
  });

  test('the tenant’s event has the task, and no host', () => {
    const reported = JSON.stringify(forTenant(instanceEvent(accepted())));
    expect(reported).toContain('rebuilding');
    expect(reported).not.toMatch(/compute-\d|migration/);
  });

  test('its arrival is the same as without an executor', () => {
    const on = accepted();
    if (!on.evacuation) throw new Error('no record');
    const there = arrived(on, on.evacuation, { dest: targetHost(), restarts: 2, actor });
    expect(there).toMatchObject({
      ...{ vm_state: 'active', power_state: 1, task_state: null, host: 'compute-2' },
      evacuation: { status: 'done', source_restarts: 2 },
      last_change: { old_state: 'stopped', old_task_state: 'rebuilding' },
    });
  });

  test('a reset during the move does not change the state that is restored', () => {
    const reset = movingInstance({ vm_state: 'error', task_state: null, pre_fault: null });
    const record = evacuationWith({ original: 'stopped' });
    const there = arrived(reset, record, { dest: targetHost(), restarts: 0, actor });
    expect(there).toMatchObject({ vm_state: 'stopped', power_state: 4 });
  });
});

describe('without a target', () => {
  test.each([null, 'compute-2'])('an instance is in error; the named target was %s', (unfit) => {
    for (const executor of ['none', 'external'] as const) {
      const left = evacuated(stopped(), downHost(), { unfit }, order({ executor }));
      expect(left).toMatchObject({
        ...{ vm_state: 'error', task_state: null, power_state: 4, host: 'compute-1' },
        fault: { code: 500, message: 'No valid host was found.', created: minute(20) },
        evacuation: { status: 'error', dest: unfit },
        last_change: { old_state: 'stopped', event_type: 'compute.instance.update' },
      });
      expect(left.pre_fault).toEqual(priorTo('active'));
    }
  });

  test.each(['done', 'failed', 'error'] as const)(
    'an evacuation long past (%s) says nothing of a later error',
    (status) => {
      const evacuation = evacuationWith({ status, original: 'stopped' });
      const later = { code: 500, message: 'x', created: minute(15) };
      for (const fault of [null, later]) {
        const broken = instanceWith({ vm_state: 'error', fault, evacuation });
        const moved = evacuated(broken, downHost(), targetHost(), order());
        expect(moved.vm_state).toBe('active');
      }
    },
  );

  test('a stopped instance stays stopped through several failed moves', () => {
    const unmoved = evacuated(stopped({ pre_fault: null }), downHost(), { unfit: null }, order());
    const onItsWay = evacuated(unmoved, downHost(), targetHost(), order({ executor: 'external' }));
    if (!onItsWay.evacuation) throw new Error('no record');
    const still = stranded(onItsWay, onItsWay.evacuation, downHost(), actor);
    const moved = evacuated(still, downHost(), targetHost(), order());
    expect(moved).toMatchObject({ vm_state: 'stopped', power_state: 4 });
  });

  test.each(originals.filter(([state]) => state !== 'building'))(
    'what was %s before is %s after the next evacuation, also of a host that was not reported down',
    (vm_state, original) => {
      const reported = stopped({ pre_fault: priorTo(vm_state) });
      const silent = instanceWith({ vm_state: vm_state === 'stopped' ? 'stopped' : 'active' });
      for (const instance of [reported, silent]) {
        const failed = evacuated(instance, downHost(), { unfit: null }, order());
        const moved = evacuated(failed, downHost(), targetHost(), order());
        expect(moved).toMatchObject({ vm_state: original, host: 'compute-2', fault: null });
      }
    },
  );
});

describe('a failed move', () => {
  const failed = (instance: Instance, source = downHost()) =>
    stranded(instance, evacuationWith(), source, actor);

  test('leaves the instance on its host, without a task', () => {
    expect(failed(movingInstance())).toMatchObject({
      ...{ vm_state: 'stopped', power_state: 4, task_state: null, host: 'compute-1' },
      ...{ evacuation: { status: 'failed', updated_at: minute(20) }, fault_number: 1 },
      last_change: { old_task_state: 'rebuilding', fault_id: null },
    });
    expect(failed(movingInstance()).pre_fault).toEqual(movingInstance().pre_fault);
  });

  test.each([
    ['is down', downHost(1)],
    ['failed since and is up again', downHost(1, { forced_down: false })],
  ])('leaves no active instance on a host that %s', (_, source) => {
    const silent = movingInstance({ vm_state: 'active', fault_number: 0, pre_fault: null });
    expect(failed(silent, source)).toMatchObject({
      ...{ vm_state: 'stopped', power_state: 4, fault_number: 1 },
      pre_fault: { vm_state: 'active', task_state: null, ...firstFault },
      last_change: { old_state: 'active', fault_id: firstFault.fault_id },
    });
  });

  test('leaves the instance active on a host that was only without heartbeats', () => {
    const silent = movingInstance({ vm_state: 'active', fault_number: 0, pre_fault: null });
    expect(failed(silent, hostWith())).toMatchObject({ vm_state: 'active', task_state: null });
  });
});

describe('a report of a move', () => {
  const record = (status: (typeof evacuationStatuses)[number]) =>
    movingInstance({ evacuation: evacuationWith({ status }) });
  const changed = { accepted: true, 'pre-migrating': true } as const;

  test.each(
    evacuationStatuses.flatMap((status) =>
      (['done', 'failed'] as const).map((reported) => ({ status, reported })),
    ),
  )('that it is $reported finds the record $status', ({ status, reported }) => {
    const report = () =>
      reportedOn(record(status), { status: reported, migration_uuid: undefined });
    if (status in changed) expect(report()).toMatchObject({ isNew: true });
    else if (status === reported) expect(report()).toMatchObject({ isNew: false });
    else expect(report).toThrow(expect.objectContaining({ code: 'conflict' }));
  });

  test('may name the newest record, or no record', () => {
    const report = (migration_uuid: string) =>
      reportedOn(record('accepted'), { status: 'done', migration_uuid });
    expect(report(id(70))).toMatchObject({ isNew: true });
    expect(() => report(id(71))).toThrow(expect.objectContaining({ code: 'conflict' }));
  });

  test('about an instance that was never evacuated is a conflict', () => {
    const report = () => reportedOn(instanceWith(), { status: 'done', migration_uuid: undefined });
    expect(report).toThrow(expect.objectContaining({ code: 'conflict' }));
  });
});

test.each(evacuationStatuses)('the status %s is shown until the source is restarted', (status) => {
  const record = evacuationWith({ status, source_restarts: 2 });
  const left = (restarts: number) => ({ ...noDepartures, restarts });
  expect(shownStatus(record, left(2))).toBe(status);
  expect(shownStatus(record, left(3))).toBe(status === 'done' ? 'completed' : status);
});
