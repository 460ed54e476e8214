/**
 * What a host's fault means for the host and for the instances on it.
 * Source: docs/wire/compute.md#a-host-that-is-reported-down, after OPNFV Doctor's draft.
 * The reporter has fenced the host: nothing runs on it any more.
 */
import type { Actor } from '../change.ts';
import { changedInstance } from '../servers/changed-instance.ts';
import { inFlight } from '../servers/evacuation.ts';
import { type Instance, powerStates, type VmState } from '../servers/instance.ts';
import { withoutTarget } from '../servers/lost-target.ts';
import { type Fault, faultOf, type HostFault, hasFailed } from './fault.ts';
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

type States = Pick<Instance, 'vm_state' | 'power_state' | 'task_state'>;

/**
 * Whether an instance is being rebuilt on another host. Faults of its old host do not apply to it until
 * the move ends. False if an administrator has reset its task: it is shown on its host again.
 */
export const isMoving = (instance: Pick<Instance, 'task_state' | 'evacuation'>): boolean =>
  inFlight(instance) !== undefined &&
  instance.task_state !== null &&
  rebuilding.has(instance.task_state);

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
  if (task_state !== null && rebuilding.has(task_state)) {
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

/** The user who reports a fault, for the audit. */
export type Reporter = {
  readonly user_id: string;
  readonly user_name: string;
  readonly project_id: string;
};

/** A change of a host, with the change of its fault's row. */
export type HostReport = {
  readonly host: Host;
  /** The row of a new fault, or the number of the open fault to close; undefined for neither. */
  readonly fault: { readonly opened: Fault } | { readonly closed: number } | undefined;
};

/**
 * The fields of a host's service that an administrator may set; absent fields stay as they are.
 * `forced_down: true` alone reports a fault. With `instances_left: true` it only sets the flag of the
 * service and changes no instance.
 */
export type ServiceUpdate = Partial<
  Pick<Host, 'forced_down' | 'instances_left' | 'status' | 'disabled_reason' | 'maintenance'>
>;

/**
 * The host after an update of its service; undefined if the update changes nothing.
 * - A report that it is down does not disable the service.
 * - `forced_down: false` restores no instance, because the host was fenced.
 * - A host that is forced down with its instances left can be reported down later. The reverse is not
 *   possible: `instances_left` does not take back a reported fault.
 * - Maintenance changes neither `status` nor any instance. It raises `maintenance_number`, by which
 *   the owners to notify are found.
 */
export function afterUpdate(
  host: Host,
  update: ServiceUpdate,
  actor: Actor,
  reporter: Reporter,
): HostReport | undefined {
  const { forced_down, status, disabled_reason, maintenance } = { ...host, ...update };
  const instances_left = leavesInstances(host, update);
  const same =
    forced_down === host.forced_down &&
    instances_left === host.instances_left &&
    status === host.status &&
    disabled_reason === host.disabled_reason &&
    maintenance === host.maintenance;
  if (same) return undefined;
  const { user_id, request_id, at } = actor;
  const next: Host = {
    ...host,
    forced_down,
    instances_left,
    status,
    disabled_reason,
    maintenance,
    maintenance_number: host.maintenance_number + (maintenance === host.maintenance ? 0 : 1),
    revision: host.revision + 1,
    updated_at: at,
    last_change: { ...actor, event_type: 'service.update' },
  };
  if (hasFailed(next) === hasFailed(host)) return { host: next, fault: undefined };
  if (hasFailed(host)) return { host: next, fault: { closed: host.fault_number } };
  const number = host.fault_number + 1;
  const down = { ...next, fault_number: number, last_fault: { at, user_id, request_id } };
  const { fault_id } = faultOf(down, number);
  const opened: Fault = {
    kind: 'host',
    host: host.host,
    number,
    fault_id,
    at,
    reported_by: reporter,
    request_id,
    cleared_at: null,
  };
  return { host: down, fault: { opened } };
}

/** Whether the updated host is forced down with its instances left as they are. */
function leavesInstances(host: Host, { forced_down, instances_left = false }: ServiceUpdate) {
  if (forced_down === undefined) return host.instances_left;
  return forced_down && instances_left && !hasFailed(host);
}
