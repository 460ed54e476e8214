/**
 * Actions that the owner or an administrator requests of one server. Doctor only records the result: it
 * boots and stops nothing. Sources: docs/wire/compute.md#actions; nova `compute/api.py`,
 * `check_instance_state`.
 */
import type { Actor } from '../change.ts';
import { DomainError } from '../errors.ts';
import { standingFault } from '../hosts/fault.ts';
import type { Host } from '../hosts/host.ts';
import { afterFault } from '../hosts/host-fault.ts';
import { changedInstance } from './changed-instance.ts';
import { type Instance, powerStates, type VmState } from './instance.ts';

/** An action with its argument. */
export type ServerAction =
  | { readonly name: 'os-resetState'; readonly state: 'active' | 'error' }
  | { readonly name: 'os-stop' | 'os-start' };

/** An instance, settled, with its host, which was read after it. */
export type ActedOn = {
  readonly instance: Instance;
  readonly host: Host | undefined;
  /** Whether the host's service is up (`stateOf`). */
  readonly up: boolean;
};

type States = Pick<Instance, 'vm_state' | 'power_state' | 'task_state' | 'pre_fault' | 'fault'>;

const powering = {
  'os-stop': {
    from: ['active', 'error'] as readonly VmState[],
    verb: 'stop',
    /** Nova's task during the action: the event at its end has it as `old_task_state`. */
    task: 'powering-off',
    states: { vm_state: 'stopped', power_state: powerStates.shutdown },
  },
  'os-start': {
    from: ['stopped'] as readonly VmState[],
    verb: 'start',
    task: 'powering-on',
    states: { vm_state: 'active', power_state: powerStates.running },
  },
} as const;

/**
 * The instance after an action; undefined if it changes nothing.
 * @throws conflict if the instance's state, or a host that is down, does not allow it.
 */
export function afterAction(on: ActedOn, action: ServerAction, actor: Actor): Instance | undefined {
  return action.name === 'os-resetState'
    ? afterReset(on, action.state, actor)
    : afterPowering(on, action.name, actor);
}

/**
 * Sets `vm_state` and clears the task; power state and host stay. If the host is down, its fault is
 * applied in the same change, so that no reader sees the instance ACTIVE there.
 */
function afterReset(
  { instance, host }: ActedOn,
  state: 'active' | 'error',
  actor: Actor,
): Instance | undefined {
  const { power_state, pre_fault } = instance;
  const fault = state === 'error' ? instance.fault : null;
  const reset: States = { vm_state: state, power_state, task_state: null, pre_fault: null, fault };
  const standing = standingFault(host);
  // If it ran before the fault, `pre_fault` keeps saying so.
  const kept = pre_fault?.vm_state === 'stopped' ? null : pre_fault;
  const faulted = standing && afterFault({ ...reset, pre_fault: kept }, standing);
  return changed(instance, faulted ?? reset, {
    host,
    actor,
    old_task_state: instance.task_state,
    fault_id: faulted ? (standing?.fault_id ?? null) : null,
  });
}

/** One change, where Nova makes two: a writer that dies must not leave a task behind. */
function afterPowering(
  { instance, host, up }: ActedOn,
  name: 'os-stop' | 'os-start',
  actor: Actor,
): Instance | undefined {
  const { from, verb, task, states } = powering[name];
  const { uuid, vm_state, task_state } = instance;
  const cannot = (what: string) =>
    new DomainError('conflict', `Cannot '${verb}' instance ${uuid} while it is in ${what}`);
  if (!from.includes(vm_state)) throw cannot(`vm_state ${vm_state}`);
  if (task_state !== null) throw cannot(`task_state ${task_state}`);
  if (instance.launched_at === null) throw cannot('a state before its first launch');
  if (!host || host.deleted || !up) {
    throw new DomainError('conflict', `Cannot '${verb}' instance ${uuid}: its host is down.`);
  }
  const next = { ...states, task_state: null, pre_fault: null, fault: null };
  return changed(instance, next, { host, actor, old_task_state: task, fault_id: null });
}

function changed(
  instance: Instance,
  next: States,
  by: Pick<ActedOn, 'host'> & { readonly actor: Actor } & Pick<
      Instance['last_change'],
      'old_task_state' | 'fault_id'
    >,
): Instance | undefined {
  const differs =
    next.vm_state !== instance.vm_state ||
    next.power_state !== instance.power_state ||
    next.task_state !== instance.task_state ||
    next.pre_fault !== instance.pre_fault ||
    next.fault !== instance.fault;
  if (!differs) return undefined;
  const { actor, old_task_state, host } = by;
  const fault_id = next.vm_state === instance.vm_state ? null : by.fault_id;
  // A reset passes over a fault that came while the instance was moving.
  const fault_number = host?.fault_number ?? instance.fault_number;
  return changedInstance(
    instance,
    { ...instance, ...next, fault_number },
    { actor, old_task_state, fault_id },
  );
}
