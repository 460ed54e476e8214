/**
 * An instance is moved away from a host that is down. Sources: docs/wire/compute.md#evacuation;
 * nova `compute/api.py`, `evacuate`, and `compute/manager.py`, `rebuild_instance`.
 */
import type { Actor } from '../change.ts';
import { DomainError } from '../errors.ts';
import { evacuateEvent } from '../events/event.ts';
import { faultOf, standingFault } from '../hosts/fault.ts';
import type { Host, HostState } from '../hosts/host.ts';
import { afterFault } from '../hosts/host-fault.ts';
import { type Evacuation, type Executor, ended, inFlight } from './evacuation.ts';
import { type Instance, powerStates, type VmState } from './instance.ts';
import { stampedBy } from './server-action.ts';

const evacuable: readonly VmState[] = ['active', 'stopped', 'error'];

/** nova's task of an instance that is rebuilt elsewhere. */
const rebuilding = 'rebuilding';

/** An instance that shall leave its host, settled; its hosts were read after it. */
export type Leaving = {
  readonly instance: Instance;
  /** The host that it is on; undefined for none. */
  readonly source: Host | undefined;
  readonly sourceUp: boolean;
  /** The target that is asked for by name; undefined if any will do. */
  readonly named: { readonly name: string; readonly host: Host | undefined } | undefined;
};

/**
 * Whether an instance may be evacuated, checked in nova's order; to where is another question.
 * @throws not_found, invalid or conflict. @returns the host that it leaves.
 */
export function checkEvacuation({ instance, source, sourceUp, named }: Leaving): Host {
  const { uuid, vm_state } = instance;
  if (named && (!named.host || named.host.deleted)) {
    throw new DomainError('not_found', `Compute host ${named.name} could not be found.`);
  }
  if (named && named.host?.host === instance.host) {
    throw new DomainError('invalid', "The target host can't be the same one.");
  }
  const cannot = (what: string) =>
    new DomainError('conflict', `Cannot 'evacuate' instance ${uuid} while it is in ${what}`);
  if (!evacuable.includes(vm_state)) throw cannot(`vm_state ${vm_state}`);
  if (instance.launched_at === null) throw cannot('a state before its first launch');
  if (instance.host === null || !source) throw cannot('no host');
  if (inFlight(instance)) throw cannot('another evacuation');
  if (sourceUp && !source.deleted) {
    throw new DomainError('invalid', `Compute service of ${source.host} is still in use.`);
  }
  return source;
}

/** Whether instances may be moved to a host. */
export const isTarget = (host: Host, state: HostState): boolean =>
  !host.deleted &&
  !host.forced_down &&
  !host.maintenance &&
  host.status === 'enabled' &&
  state === 'up';

/**
 * The host with the fewest instances, of several the first by name; undefined if there is none.
 * @param loads how many instances are on each host that may be a target, or on their way there.
 */
export function leastLoaded(
  loads: ReadonlyMap<string, number>,
  source: string,
): string | undefined {
  const [first] = [...loads]
    .filter(([host]) => host !== source)
    .sort(([a, left], [b, right]) => left - right || (a < b ? -1 : 1));
  return first?.[0];
}

/** Who asked for an evacuation, and what its record is made of. */
export type Order = {
  readonly uuid: string;
  readonly number: number;
  readonly executor: Executor;
  readonly actor: Actor;
  /** The project that the caller asked in. */
  readonly project_id: string;
  /** How often the source has been restarted. */
  readonly restarts: number;
};

/**
 * The `vm_state` to restore: that before the fault, or before an evacuation that went wrong and left
 * the error that stands, else that of now. What ran comes up running; a failed instance does, too,
 * as nova has it.
 */
function originalOf({ pre_fault, vm_state, fault, evacuation }: Instance): Evacuation['original'] {
  const stands = evacuation && fault && fault.created <= evacuation.updated_at;
  const before = vm_state === 'error' && stands ? evacuation.original : undefined;
  return (pre_fault?.vm_state ?? before ?? vm_state) === 'stopped' ? 'stopped' : 'active';
}

/**
 * The instance after its evacuation was asked for. With a target it is there at once where nobody
 * executes moves, else it is on its way; without one it is in `error`.
 * @param target chosen or named, and fit (`isTarget`); or the name of one that is not fit.
 */
export function evacuated(
  instance: Instance,
  source: Host,
  target: Host | { readonly unfit: string | null },
  order: Order,
): Instance {
  const { uuid, number, executor, actor, project_id, restarts } = order;
  const dest = 'unfit' in target ? undefined : target;
  const evacuation: Evacuation = {
    ...{ uuid, number, project_id, user_id: actor.user_id, source: source.host },
    dest: 'unfit' in target ? target.unfit : target.host,
    dest_ip: dest?.host_ip ?? null,
    status: 'accepted',
    original: originalOf(instance),
    dest_incarnation: dest?.incarnation ?? null,
    dest_fault_number: dest?.fault_number ?? 0,
    source_restarts: restarts,
    created_at: actor.at,
    updated_at: actor.at,
  };
  if (!dest) return withoutAnyTarget(instance, evacuation, actor);
  if (executor === 'none') return arrived(instance, evacuation, { dest, restarts, actor });
  return {
    ...instance,
    task_state: rebuilding,
    evacuation,
    ...stampedBy(instance, actor),
    last_change: changeOf(instance, actor, evacuateEvent),
  };
}

/** The answer was given before a target was looked for: the instance tells that there was none. */
function withoutAnyTarget(instance: Instance, record: Evacuation, actor: Actor): Instance {
  return {
    ...instance,
    vm_state: 'error',
    task_state: null,
    fault: { code: 500, message: 'No valid host was found.', created: actor.at },
    evacuation: ended(record, 'error', actor.at),
    ...stampedBy(instance, actor),
    last_change: changeOf(instance, actor),
  };
}

/** Nova's change before this one was to the task of rebuilding. */
const changeOf = (
  { vm_state, task_state }: Instance,
  actor: Actor,
  event_type = 'compute.instance.update',
): Instance['last_change'] => ({
  ...actor,
  event_type,
  old_state: vm_state,
  old_task_state: event_type === 'compute.instance.update' ? rebuilding : task_state,
  fault_id: null,
});

/** The target as read with the number of its faults, and how often the source has been restarted. */
export type Arrival = { readonly dest: Host; readonly restarts: number; readonly actor: Actor };

/** The instance at its target, in its state from before the fault. */
export function arrived(
  instance: Instance,
  evacuation: Evacuation,
  { dest, restarts, actor }: Arrival,
): Instance {
  const runs = evacuation.original === 'active';
  return {
    ...instance,
    vm_state: evacuation.original,
    power_state: runs ? powerStates.running : powerStates.shutdown,
    task_state: null,
    host: dest.host,
    availability_zone: dest.zone,
    fault_number: dest.fault_number,
    maintenance_number: dest.maintenance_number,
    launched_at: actor.at,
    pre_fault: null,
    fault: null,
    evacuation: doneBy(evacuation, restarts, actor.at),
    ...stampedBy(instance, actor),
    last_change: changeOf(instance, actor),
  };
}

/** The record of an instance that has reached its target. */
export const doneBy = (record: Evacuation, restarts: number, updated_at: string): Evacuation => ({
  ...record,
  status: 'done',
  source_restarts: restarts,
  updated_at,
});

/**
 * The instance after whoever moved it gave up: it is where it was, without a task. If its host is
 * down or has failed since, the fault table applies: nobody sees it active there.
 */
export function stranded(
  instance: Instance,
  evacuation: Evacuation,
  source: Host | undefined,
  actor: Actor,
): Instance {
  const fault = source && firstFault(instance, source);
  const left = { ...instance, task_state: null };
  const after = fault ? afterFault(left, fault) : undefined;
  const next: Instance = {
    ...left,
    ...after,
    fault_number: source?.fault_number ?? instance.fault_number,
    evacuation: ended(evacuation, 'failed', actor.at),
    ...stampedBy(instance, actor),
  };
  const fault_id = next.vm_state === instance.vm_state ? null : (fault?.fault_id ?? null);
  return { ...next, last_change: { ...changeOf(instance, actor), fault_id } };
}

/** The first fault of its host that the instance was not told of, else the one that stands. */
const firstFault = ({ fault_number }: Instance, host: Host) =>
  host.fault_number > fault_number ? faultOf(host, fault_number + 1) : standingFault(host);

/** What whoever moves instances reports of one. */
export type Report = {
  readonly status: 'done' | 'failed';
  /** The record that they mean; undefined for whichever is the newest. */
  readonly migration_uuid: string | undefined;
};

/**
 * The record that a report is about, and whether it says anything new.
 * @throws conflict if the instance is not on its way, unless it has come to that very end.
 */
export function reportedOn(
  instance: Instance,
  { status, migration_uuid }: Report,
): { readonly evacuation: Evacuation; readonly news: boolean } {
  const { uuid, evacuation } = instance;
  if (!evacuation) throw new DomainError('conflict', `Instance ${uuid} is not being evacuated.`);
  if (migration_uuid !== undefined && migration_uuid !== evacuation.uuid) {
    throw new DomainError(
      'conflict',
      `Migration ${migration_uuid} is not the newest of instance ${uuid}.`,
    );
  }
  if (inFlight(instance)) return { evacuation, news: true };
  if (evacuation.status === status) return { evacuation, news: false };
  throw new DomainError(
    'conflict',
    `The evacuation of instance ${uuid} has ended already: ${evacuation.status}.`,
  );
}
