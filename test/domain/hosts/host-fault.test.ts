import { expect, test } from 'vitest';
import { afterFault } from '../../../domain/hosts/host-fault.ts';
import { type VmState, vmStates } from '../../../domain/servers/instance.ts';
import { firstFault, id, instanceWith, minute } from '../rows.ts';

/** The table of docs/wire/compute.md#a-host-that-is-reported-down. */
const exempt: readonly VmState[] = [
  'shelved',
  'shelved_offloaded',
  'resized',
  'error',
  'soft-delete',
  'deleted',
];
const building = ['scheduling', 'networking', 'block_device_mapping', 'spawning'];
const rebuilding = ['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning'];
const lasting = ['deleting', 'soft-deleting'];
const passing = [
  ...['rebooting', 'reboot_started_hard', 'resize_prep', 'resize_finish', 'migrating'],
  ...['image_snapshot', 'pausing', 'powering-off', 'powering-on', 'unshelving', 'something-new'],
];
const tasks = [null, ...building, ...rebuilding, ...lasting, ...passing];
const all = vmStates.flatMap((vm_state) => tasks.map((task_state) => ({ vm_state, task_state })));

type Expected = { vm_state: VmState; power_state: number; task_state: string | null };

/** The same table, written in another way than in the code. */
function expected({ vm_state, task_state }: (typeof all)[number]): Expected | undefined {
  if (exempt.includes(vm_state)) return undefined;
  const never = vm_state === 'building' || (task_state !== null && building.includes(task_state));
  const undefinedDisk = task_state !== null && rebuilding.includes(task_state);
  const kept = task_state !== null && lasting.includes(task_state) ? task_state : null;
  return never || undefinedDisk
    ? { vm_state: 'error', power_state: 1, task_state: kept }
    : { vm_state: 'stopped', power_state: 4, task_state: kept };
}

test.each(all)('a fault changes $vm_state with task $task_state as in the table', (states) => {
  const instance = instanceWith({ ...states, power_state: 1 });
  const after = afterFault(instance, firstFault);
  const wanted = expected(states);
  if (!wanted) return expect(after).toBeUndefined();
  expect(after).toMatchObject(wanted);
  expect(after?.pre_fault).toEqual({ ...states, power_state: 1, ...firstFault });
});

test.each(all)('the same fault again does not change $vm_state with task $task_state', (states) => {
  const instance = instanceWith({ ...states, power_state: 1 });
  const after = afterFault(instance, firstFault);
  if (after) expect(afterFault({ ...instance, ...after }, firstFault)).toBeUndefined();
});

test.each([
  ['active', 1],
  ['active', 0],
  ['active', 6],
  ['paused', 3],
  ['suspended', 7],
  ['rescued', 1],
] as const)(
  'an instance that ran or kept its memory on the host is off: %s with power %i',
  (vm_state, power) => {
    const after = afterFault(instanceWith({ vm_state, power_state: power }), firstFault);
    expect(after).toMatchObject({ vm_state: 'stopped', power_state: 4, fault: null });
  },
);

test('an instance that is stopped and shut down is not changed', () => {
  const off = instanceWith({ vm_state: 'stopped', power_state: 4 });
  expect(afterFault(off, firstFault)).toBeUndefined();
});

test.each([
  { power_state: 1, task_state: null },
  { power_state: 4, task_state: 'powering-on' },
])('a stopped instance keeps its state; power state and task are corrected: %o', (states) => {
  const after = afterFault(instanceWith({ vm_state: 'stopped', ...states }), firstFault);
  expect(after).toMatchObject({ vm_state: 'stopped', power_state: 4, task_state: null });
});

test.each([
  { vm_state: 'building', task_state: null, message: /built/ },
  { vm_state: 'active', task_state: 'spawning', message: /built/ },
  { vm_state: 'stopped', task_state: 'rebuilding', message: /rebuilt/ },
] as const)(
  '$vm_state with task $task_state keeps its power state and says why it is in error',
  ({ message, ...states }) => {
    const after = afterFault(instanceWith({ ...states, power_state: 0 }), firstFault);
    expect(after).toMatchObject({ vm_state: 'error', power_state: 0 });
    expect(after?.fault).toEqual({
      code: 500,
      message: expect.stringMatching(message),
      created: firstFault.at,
    });
  },
);

test('a second report of a fault keeps the states before the first one', () => {
  const pre_fault = {
    vm_state: 'paused',
    power_state: 3,
    task_state: null,
    ...firstFault,
  } as const;
  const active = instanceWith({ vm_state: 'active', pre_fault });
  expect(afterFault(active, firstFault)?.pre_fault).toEqual(pre_fault);
});

test('another fault records the states before it', () => {
  const first = afterFault(instanceWith({ vm_state: 'paused', power_state: 3 }), firstFault);
  const second = { fault_id: id(99), at: minute(20) };
  const started = instanceWith({ ...first, vm_state: 'active', power_state: 1 });
  expect(afterFault(started, second)?.pre_fault).toEqual({
    vm_state: 'active',
    power_state: 1,
    task_state: null,
    ...second,
  });
});
