/**
 * What a host's fault does to the instances on the host.
 * Source: docs/wire/compute.md#a-host-that-is-reported-down, after OPNFV Doctor's draft.
 * The reporter has fenced the host: nothing runs on it any more.
 */
import { changedInstance } from '../servers/changed-instance.ts';
import { inFlight } from '../servers/evacuation.ts';
import { type Instance, powerStates, type VmState } from '../servers/instance.ts';
import { withoutTarget } from '../servers/lost-target.ts';
import { faultOf, type HostFault } from './fault.ts';
import type { Host } from './host.ts';

/**
 * States that a fault does not change. Shelved instances are off and have a snapshot; OPNFV Doctor
 * exempts the others.
 */
const untouched: ReadonlySet<VmState> = new Set<VmState>([
  'shelved',
  'shelved_offloaded',
  'resized',
  'error',
  'soft-delete',
  'deleted',
]);

/** Tasks of an instance that was never launched: nova sets it to error when nova-compute starts. */
const building = new Set(['scheduling', 'networking', 'block_device_mapping', 'spawning']);

/** Tasks that leave the disk in an unknown state. Source: nova `compute/task_states.py`. */
const rebuilding = new Set(['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning']);

/** Tasks that a fault does not end: nova resumes deletes when nova-compute starts. */
const lasting = new Set(['deleting', 'soft-deleting']);

/** Whether a task is that of a rebuild, on the same host or, in an evacuation, on another one. */
export const isRebuilding = (task_state: string | null): boolean =>
  task_state !== null && rebuilding.has(task_state);

type States = Pick<Instance, 'vm_state' | 'power_state' | 'task_state'>;

/**
 * Whether an instance is being rebuilt on another host. Faults of its old host do not apply to it until
 * the move ends. False if an administrator has reset its task: it is shown on its host again.
 */
export const isMoving = (instance: Pick<Instance, 'task_state' | 'evacuation'>): boolean =>
  inFlight(instance) !== undefined && isRebuilding(instance.task_state);

/** `failed`: why the instance is in `error`; null if it is not. */
type StatesAfterFault = States & { readonly failed: string | null };

/** The states after a host's fault; undefined if it changes none. */
function statesAfter(states: States): StatesAfterFault | undefined {
  const { vm_state, power_state, task_state } = states;
  if (untouched.has(vm_state)) return undefined;
  const task = task_state !== null && lasting.has(task_state) ? task_state : null;
  if (vm_state === 'building' || (task_state !== null && building.has(task_state))) {
    const failed = 'The instance was being built when its host failed.';
    return { vm_state: 'error', power_state, task_state: task, failed };
  }
  if (isRebuilding(task_state)) {
    const failed = 'The instance was being rebuilt when its host failed.';
    return { vm_state: 'error', power_state, task_state: task, failed };
  }
  const after = {
    vm_state: 'stopped',
    power_state: powerStates.shutdown,
    task_state: task,
  } as const;
  if (vm_state === 'stopped' && power_state === after.power_state && task_state === task) {
    return undefined;
  }
  return { ...after, failed: null };
}

type Faulted = Pick<Instance, 'vm_state' | 'power_state' | 'task_state' | 'pre_fault' | 'fault'>;

/**
 * The fields of an instance that the fault changes, `pre_fault` included; undefined if it changes none.
 * `pre_fault` is stored once for each fault: a second report finds the instance stopped and keeps it.
 */
export function afterFault(
  instance: States & Pick<Instance, 'pre_fault' | 'fault'>,
  { fault_id, at }: Pick<HostFault, 'fault_id' | 'at'>,
): Faulted | undefined {
  const after = statesAfter(instance);
  if (!after) return undefined;
  const { failed, ...states } = after;
  const { vm_state, power_state, task_state, pre_fault } = instance;
  return {
    ...states,
    pre_fault:
      pre_fault?.fault_id === fault_id
        ? pre_fault
        : { vm_state, power_state, task_state, at, fault_id },
    fault: failed === null ? instance.fault : { code: 500, message: failed, created: at },
  };
}

/**
 * The owed fault of an instance: the first fault that its host got after the instance's row was
 * written, also if the host is up again. Undefined if there is none, if the instance is not on the host,
 * or while it moves. A fault stays owed during a move; an arrival at the target ends it.
 * The instance must have been read before the host.
 */
export function owedFault(instance: Instance, host: Host | undefined): HostFault | undefined {
  if (!host || instance.deleted || instance.host !== host.host) return undefined;
  if (instance.fault_number >= host.fault_number || isMoving(instance)) return undefined;
  return faultOf(host, instance.fault_number + 1);
}

/**
 * The instance with its owed faults applied: that of its host and that of its target. Other hosts
 * change nothing. The row has a new revision if its states change; else only the number of the fault
 * is recorded. Undefined if no fault is owed.
 * The result is deterministic: it does not depend on the writer or on the time of writing.
 */
export function settled(
  instance: Instance,
  host: Host | undefined,
  target?: Host,
): Instance | undefined {
  const lost = withoutTarget(instance, target);
  return settledWith(lost ?? instance, host) ?? lost;
}

function settledWith(instance: Instance, host: Host | undefined): Instance | undefined {
  const fault = owedFault(instance, host);
  if (!host || !fault) return undefined;
  const noted = { ...instance, fault_number: host.fault_number };
  const after = afterFault(instance, fault);
  if (!after) return noted;
  const { fault_id } = fault;
  return changedInstance(instance, { ...noted, ...after }, { actor: fault, fault_id });
}

/** The instance as every reader sees it: settled. */
export const asSeen = (instance: Instance, host: Host | undefined, target?: Host): Instance =>
  settled(instance, host, target) ?? instance;
