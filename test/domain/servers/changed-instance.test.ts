import { describe, expect, test } from 'vitest';
import { changedInstance } from '../../../domain/servers/changed-instance.ts';
import { firstFault, id, instanceWith, minute } from '../rows.ts';

const actor = { user_id: 'owner', request_id: 'req-change', at: minute(20) };
const before = instanceWith({
  revision: 4,
  vm_state: 'stopped',
  task_state: 'powering-on',
  reported_at: minute(15),
});

describe('a changed instance', () => {
  test('has the next revision, the time of the change and its old states', () => {
    expect(changedInstance(before, { ...before, vm_state: 'active' }, { actor })).toEqual({
      ...before,
      vm_state: 'active',
      revision: 5,
      reported_at: minute(20),
      updated_at: minute(20),
      last_change: {
        ...actor,
        event_type: 'compute.instance.update',
        old_state: 'stopped',
        old_task_state: 'powering-on',
        fault_id: null,
      },
    });
  });

  test('keeps a reported_at that is later than the change', () => {
    const ahead = { ...before, reported_at: minute(21) };
    expect(changedInstance(ahead, ahead, { actor }).reported_at).toBe(minute(21));
  });

  test('takes event, fault, old task and reported_at from the cause', () => {
    const cause = {
      actor,
      event_type: 'compute.instance.lock',
      fault_id: firstFault.fault_id,
      old_task_state: null,
      reported_at: minute(15),
    };
    expect(changedInstance(before, before, cause)).toMatchObject({
      reported_at: minute(15),
      last_change: {
        event_type: 'compute.instance.lock',
        fault_id: firstFault.fault_id,
        old_task_state: null,
      },
    });
  });

  test('has revision 1 and no old states if it is created', () => {
    expect(changedInstance(undefined, before, { actor })).toMatchObject({
      revision: 1,
      reported_at: minute(20),
      last_change: { old_state: null, old_task_state: null },
    });
  });

  test('stores nothing of the cause but the user, the request and the time', () => {
    const fault = { ...actor, fault_id: id(9), number: 3 };
    const { last_change } = changedInstance(before, before, { actor: fault });
    expect(last_change).toEqual({
      ...actor,
      event_type: 'compute.instance.update',
      old_state: 'stopped',
      old_task_state: 'powering-on',
      fault_id: null,
    });
  });
});
