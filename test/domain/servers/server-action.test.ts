import { describe, expect, test } from 'vitest';
import { type Instance, type VmState, vmStates } from '../../../domain/servers/instance.ts';
import { afterAction, type ServerAction } from '../../../domain/servers/server-action.ts';
import { downHost, firstFault, hostWith, instanceWith, minute } from '../rows.ts';

const actor = { user_id: 'user-1', request_id: 'req-act', at: minute(20) };
const stop: ServerAction = { name: 'os-stop' };
const start: ServerAction = { name: 'os-start' };
const reset = (state: 'active' | 'error'): ServerAction => ({ name: 'os-resetState', state });

const acted = (action: ServerAction, given: Partial<Instance> = {}, host = hostWith()) =>
  afterAction({ instance: instanceWith(given), host, up: !host.forced_down }, action, actor);
/** On a host that is down the instance is settled: it has the host's fault number. */
const actedOnDown = (action: ServerAction, given: Partial<Instance> = {}) =>
  acted(action, { fault_number: 1, ...given }, downHost());

/** Which states each action starts from: docs/wire/compute.md#actions. */
const starting: Record<'os-stop' | 'os-start', readonly VmState[]> = {
  'os-stop': ['active', 'error'],
  'os-start': ['stopped'],
};
const tasks = [null, 'powering-off', 'rebooting', 'deleting'];
const matrix = (['os-stop', 'os-start'] as const).flatMap((name) =>
  vmStates.flatMap((vm_state) =>
    tasks.map((task_state) => {
      const allowed = starting[name].includes(vm_state) && task_state === null;
      return { name, vm_state, task_state, outcome: allowed ? 'allowed' : 'conflict' };
    }),
  ),
);
test.each(matrix)('$name of $vm_state with task $task_state: $outcome', (row) => {
  const { name, outcome, ...states } = row;
  const act = () => acted({ name }, { ...states, power_state: 6 });
  if (outcome === 'conflict') {
    expect(act).toThrow(expect.objectContaining({ code: 'conflict' }));
    return;
  }
  expect(act()).toMatchObject(
    name === 'os-stop'
      ? { vm_state: 'stopped', power_state: 4, task_state: null }
      : { vm_state: 'active', power_state: 1, task_state: null },
  );
});

test.each(
  vmStates.flatMap((vm_state) =>
    tasks.flatMap((task_state) =>
      (['active', 'error'] as const).map((state) => ({ vm_state, task_state, state })),
    ),
  ),
)('$vm_state with task $task_state is reset to $state, and its power state stays', (row) => {
  const { state, ...states } = row;
  const next = acted(reset(state), { ...states, power_state: 6 });
  if (row.vm_state === state && row.task_state === null) expect(next).toBeUndefined();
  else {
    expect(next).toMatchObject({
      ...{ vm_state: state, power_state: 6, task_state: null, host: 'compute-1', revision: 2 },
      last_change: { old_state: row.vm_state, old_task_state: row.task_state, fault_id: null },
    });
  }
});

test.each(vmStates)('on a host that is down, %s reset to active is stopped at once', (vm_state) => {
  const next = actedOnDown(reset('active'), { vm_state });
  expect(next).toMatchObject({
    ...{ vm_state: 'stopped', power_state: 4, task_state: null },
    pre_fault: { vm_state: 'active', ...firstFault },
  });
  expect(next?.last_change.fault_id).toBe(vm_state === 'stopped' ? null : firstFault.fault_id);
});

test('on a host that is down, a reset to active of an instance that the fault stopped changes nothing', () => {
  const before = { vm_state: 'active', power_state: 1, task_state: null, ...firstFault } as const;
  const stopped = { vm_state: 'stopped', power_state: 4, pre_fault: before } as const;
  expect(actedOnDown(reset('active'), stopped)).toBeUndefined();
});

test('a reset to error on a host that is down stays, without states to restore', () => {
  const before = { vm_state: 'active', power_state: 1, task_state: null, ...firstFault } as const;
  const stopped = { vm_state: 'stopped', power_state: 4, pre_fault: before } as const;
  expect(actedOnDown(reset('error'), stopped)).toMatchObject({
    ...{ vm_state: 'error', power_state: 4, pre_fault: null, fault: null },
  });
});

test('a reset to active forgets the fault that was shown, a reset to error keeps it', () => {
  const fault = { code: 500, message: 'Broken.', created: minute(5) };
  const failed = { vm_state: 'error', task_state: 'deleting', fault } as const;
  expect(acted(reset('active'), failed)).toMatchObject({ fault: null });
  expect(acted(reset('error'), failed)).toMatchObject({ fault, task_state: null });
});

describe('stopping and starting', () => {
  test.each([
    [stop, { vm_state: 'active' }],
    [start, { vm_state: 'stopped', power_state: 4 }],
  ] as const)('%o is refused of an instance that was never launched', (action, states) => {
    expect(() => acted(action, { ...states, launched_at: null })).toThrow(/launch/);
  });

  test.each([
    ['down', downHost()],
    ['deleted', hostWith({ deleted: true })],
  ])('is refused while the host is %s', (_, host) => {
    const states = { vm_state: 'stopped', power_state: 4, fault_number: 1 } as const;
    expect(() => acted(start, states, host)).toThrow(/host is down/);
    expect(() => acted(stop, { ...states, vm_state: 'error' }, host)).toThrow(/host is down/);
  });

  test('is refused while the host sends no heartbeats, also without a report', () => {
    const act = () =>
      afterAction({ instance: instanceWith(), host: hostWith(), up: false }, stop, actor);
    expect(act).toThrow(/host is down/);
  });

  test('is refused for an instance without a host', () => {
    const instance = instanceWith({ host: null });
    const act = () => afterAction({ instance, host: undefined, up: false }, stop, actor);
    expect(act).toThrow(expect.objectContaining({ code: 'conflict' }));
  });

  test('drops the states before the fault: a started instance has recovered', () => {
    const before = { vm_state: 'active', power_state: 1, task_state: null, ...firstFault } as const;
    const stopped = { vm_state: 'stopped', power_state: 4, pre_fault: before } as const;
    expect(acted(start, stopped)).toMatchObject({ vm_state: 'active', pre_fault: null });
  });

  test.each([
    [stop, { vm_state: 'active' }, 'powering-off'],
    [start, { vm_state: 'stopped' }, 'powering-on'],
  ] as const)(
    '%o has nova’s task as the old one in its event',
    (action, states, old_task_state) => {
      const last_change = { old_state: states.vm_state, old_task_state, ...actor, fault_id: null };
      expect(acted(action, states)).toMatchObject({ last_change });
    },
  );
});

test('a report from before an action is stale afterwards', () => {
  expect(acted(stop)).toMatchObject({ reported_at: minute(20), updated_at: minute(20) });
  expect(acted(stop, { reported_at: minute(21) })).toMatchObject({ reported_at: minute(21) });
});
