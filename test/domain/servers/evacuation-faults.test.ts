/** Evacuations in docs/wire/compute.md#a-host-that-is-reported-down, for every state and task. */
import { describe, expect, test } from 'vitest';
import { instanceEvent } from '../../../domain/events/event.ts';
import { afterFault, asSeen, settled } from '../../../domain/hosts/host-fault.ts';
import { faultId } from '../../../domain/ids.ts';
import { evacuationStatuses } from '../../../domain/servers/evacuation.ts';
import { Instance, type VmState, vmStates } from '../../../domain/servers/instance.ts';
import {
  downHost,
  evacuationWith,
  failedTarget,
  faultSeries,
  instanceWith,
  minute,
  movingInstance,
  targetHost,
} from '../rows.ts';

const moving = ['accepted', 'pre-migrating'] as const;
const rebuilding = ['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning'];
const others = [null, 'spawning', 'deleting', 'rebooting', 'powering-off', 'something-new'];
const tasks = [...rebuilding, ...others];

const all = vmStates.flatMap((vm_state) =>
  tasks.flatMap((task_state) =>
    evacuationStatuses.map((status) => ({ vm_state, task_state, status })),
  ),
);
const isMoving = (status: string, task_state: string | null) =>
  moving.some((each) => each === status) && rebuilding.some((task) => task === task_state);

const instanceOf = ({ status, ...states }: (typeof all)[number]) =>
  instanceWith({ ...states, power_state: 1, evacuation: evacuationWith({ status }) });

test.each(all)(
  'the fault of its host finds $vm_state with task $task_state and a record $status',
  (row) => {
    const instance = instanceOf(row);
    const after = settled(instance, downHost());
    if (isMoving(row.status, row.task_state)) {
      // The instance is being moved already: the row is not changed, and the fault stays owed.
      expect(after).toBeUndefined();
      return;
    }
    // The result is the same as without a record, and the record does not change.
    const { evacuation, ...plain } = instance;
    const without = settled({ ...plain, evacuation: null }, downHost());
    expect(after).toEqual({ ...without, evacuation });
  },
);

const target = failedTarget();

test.each(all)(
  'the fault of its target finds $vm_state with task $task_state and a record $status',
  (row) => {
    const instance = instanceOf(row);
    const after = settled(instance, undefined, target);
    if (!moving.some((status) => status === row.status)) {
      expect(after).toBeUndefined();
      return;
    }
    expect(after).toMatchObject({
      ...{ vm_state: 'error', task_state: null, power_state: 1, host: 'compute-1' },
      fault: { code: 500, message: expect.stringMatching(/evacuated/), created: minute(10) },
      evacuation: { status: 'failed', updated_at: minute(10) },
      revision: instance.revision + 1,
    });
    expect(after?.pre_fault).toEqual(instance.pre_fault);
  },
);

test.each([
  ...vmStates.flatMap((vm_state) => rebuilding.map((task_state) => ({ vm_state, task_state }))),
])('without a record, $vm_state with task $task_state is in error or exempt', (states) => {
  const exempt: readonly VmState[] = [
    ...(['shelved', 'shelved_offloaded', 'resized', 'error', 'soft-delete', 'deleted'] as const),
  ];
  const after = afterFault(instanceWith(states), { fault_id: 'f', at: minute(10) });
  expect(after?.vm_state).toBe(exempt.includes(states.vm_state) ? undefined : 'error');
});

describe('an instance on its way', () => {
  const source = downHost(2);

  test('is not changed by further faults of its host', () => {
    expect(settled(movingInstance(), source)).toBeUndefined();
    expect(settled(movingInstance(), source, targetHost())).toBeUndefined();
    expect(asSeen(movingInstance(), source)).toEqual(movingInstance());
  });

  test('has these faults owed, and gets them when its task is reset', () => {
    const reset = movingInstance({ vm_state: 'active', task_state: null, power_state: 1 });
    expect(settled(reset, source)).toMatchObject({
      ...{ vm_state: 'stopped', power_state: 4, fault_number: 2 },
      evacuation: { status: 'accepted' },
    });
  });

  test('fails with a fault of its target, and its change names that fault', () => {
    const after = settled(movingInstance(), source, target);
    expect(after).toMatchObject({
      ...{ vm_state: 'error', fault_number: 2, pre_fault: { vm_state: 'active' } },
      ...{ updated_at: minute(10), reported_at: minute(12) },
      last_change: {
        ...{ user_id: 'monitor', request_id: 'req-report', at: minute(10) },
        ...{ old_state: 'stopped', old_task_state: 'rebuilding' },
        fault_id: faultId(faultSeries, 1),
      },
    });
    expect(JSON.stringify(after?.fault)).not.toMatch(/compute-\d/);
  });

  test('fails with the deletion of its target, and its change names no fault', () => {
    for (const gone of [
      targetHost({ deleted: true, updated_at: minute(15) }),
      targetHost({ incarnation: 'another', updated_at: minute(15) }),
    ]) {
      expect(settled(movingInstance(), undefined, gone)).toMatchObject({
        ...{ vm_state: 'error', evacuation: { status: 'failed', updated_at: minute(15) } },
        ...{ reported_at: minute(15), last_change: { fault_id: null } },
      });
    }
  });

  test.each([
    ['stands', targetHost()],
    ['is disabled', targetHost({ status: 'disabled', revision: 2 })],
    ['is maintained', targetHost({ maintenance: true, revision: 2 })],
    ['is another host', downHost(3, { host: 'compute-3' })],
  ])('gets no fault from a target that %s', (_, host) => {
    expect(settled(movingInstance(), undefined, host)).toBeUndefined();
  });

  test('has the same result whichever of its hosts is settled first, and when it is settled again', () => {
    const bySource = asSeen(asSeen(movingInstance(), source), source, target);
    const byTarget = asSeen(asSeen(movingInstance(), undefined, target), source);
    expect(bySource).toEqual(byTarget);
    expect(asSeen(movingInstance(), source, target)).toEqual(bySource);
    expect(instanceEvent(asSeen(movingInstance(), undefined, target))).toEqual(
      instanceEvent(bySource),
    );
    expect(settled(bySource, source, target)).toBeUndefined();
  });

  test('that was deleted gets no fault', () => {
    const deleted = movingInstance({ deleted: true });
    expect(settled(deleted, source, target)).toBeUndefined();
  });
});

test('a row without the field is read as never evacuated', () => {
  const { evacuation: _, ...old } = instanceWith();
  expect(Instance.parse(old)).toEqual(instanceWith());
});
