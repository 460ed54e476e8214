/**
 * What a host's fault means for the host and for the instances on it.
 * Source: docs/wire/compute.md#a-host-that-is-reported-down, after OPNFV Doctor's draft.
 * Whoever reports has fenced the host: nothing runs there any more.
 */
import type { Actor } from '../change.ts';
import { changedInstance } from '../servers/changed-instance.ts';
import { inFlight } from '../servers/evacuation.ts';
import { type Instance, powerStates, type VmState } from '../servers/instance.ts';
import { withoutTarget } from '../servers/lost-target.ts';
import { type Fault, faultOf, type HostFault, hasFailed } from './fault.ts';
import type { Host } from './host.ts';

/** The first two are off and have a snapshot to come back from; OPNFV Doctor exempts the others. */
const untouched: ReadonlySet<VmState> = new Set<VmState>([
  'shelved',
  'shelved_offloaded',
  'resized',
  'error',
  'soft-delete',
  'deleted',
]);

/** Tasks of an instance that was never launched; nova puts these to error when its compute starts. */
const building = new Set(['scheduling', 'networking', 'block_device_mapping', 'spawning']);

/** Tasks that leave a disk undefined. Source: nova `compute/task_states.py`. */
const rebuilding = new Set(['rebuilding', 'rebuild_block_device_mapping', 'rebuild_spawning']);

/** Tasks that still hold on a dead host: nova resumes deletes when its compute starts. */
const lasting = new Set(['deleting', 'soft-deleting']);

type States = Pick<Instance, 'vm_state' | 'power_state' | 'task_state'>;

/**
 * Whether an instance is being rebuilt elsewhere: what its old host does is no concern of it until
 * that ends. One whose task an administrator has reset is not: it is shown where it is.
 */
export const isMoving = (instance: Pick<Instance, 'task_state' | 'evacuation'>): boolean =>
  inFlight(instance) !== undefined &&
  instance.task_state !== null &&
  rebuilding.has(instance.task_state);
type Outcome = States & { readonly failed: string | null };

/** The states that a host's fault leaves; undefined where it touches nothing. */
function statesAfter({ vm_state, power_state, task_state }: States): Outcome | undefined {
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
 * What of an instance the fault changes, `pre_fault` included; undefined where nothing changes.
 * `pre_fault` is stored once per fault: a second report finds the instance stopped and keeps it.
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
 * The fault that an instance is owed by its host, up again or not: the first that was reported
 * after the instance's row was written. Undefined if it owes none, or has no host, or for as long as
 * the instance is moving: it stays owed until the move ends otherwise than at its target.
 * The instance must have been read before the host.
 */
export function owedFault(instance: Instance, host: Host | undefined): HostFault | undefined {
  if (!host || instance.deleted || instance.host !== host.host) return undefined;
  if (instance.fault_number >= host.fault_number || isMoving(instance)) return undefined;
  return faultOf(host, instance.fault_number + 1);
}

/**
 * The instance with what it is owed applied, by its host and by the host that it is on its way to
 * (others are nothing to it): a new revision if that changes its states, else the same revision with
 * the fault's number taken note of. Undefined if it is owed nothing.
 * Whoever applies the fault, and however late, the row comes out the same.
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

/** The instance as every reader sees it: with what it is owed. */
export const asSeen = (instance: Instance, host: Host | undefined, target?: Host): Instance =>
  settled(instance, host, target) ?? instance;

/** Whoever reports a fault, for the audit. */
export type Reporter = {
  readonly user_id: string;
  readonly user_name: string;
  readonly project_id: string;
};

/** A change of a host with what becomes of its fault's row. */
export type HostReport = {
  readonly host: Host;
  /** The row to put for a new fault, or the number of the open fault to close. */
  readonly fault: { readonly opened: Fault } | { readonly closed: number } | undefined;
};

/**
 * What an administrator may set of a host's service; what is absent stays. `forced_down: true` alone
 * reports a fault; with `instances_left: true` it sets the service's flag and touches no instance.
 */
export type ServiceUpdate = Partial<
  Pick<Host, 'forced_down' | 'instances_left' | 'status' | 'disabled_reason' | 'maintenance'>
>;

/**
 * The host after an update of its service; undefined if it is recorded so already. Reporting it
 * down never disables the service, and `forced_down: false` restores no instance: it was fenced.
 * A host that was forced down with its instances left may be reported still; a fault that was
 * reported is not taken back by the flag. Maintenance changes neither `status` nor any instance; its
 * number tells whose owners are told.
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

/** Whether the host, once updated, is forced down by its service's flag alone. */
function leavesInstances(host: Host, { forced_down, instances_left = false }: ServiceUpdate) {
  if (forced_down === undefined) return host.instances_left;
  return forced_down && instances_left && !hasFailed(host);
}
