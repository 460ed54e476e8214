/**
 * An instance is moved away from a host that is down. Sources: docs/wire/compute.md#evacuation;
 * nova `compute/api.py`, `evacuate`, and `compute/manager.py`, `rebuild_instance`.
 */
import type { Actor } from '../change.ts';
import { DomainError, noSuch } from '../errors.ts';
import { evacuateEvent } from '../events/event.ts';
import type { Host } from '../hosts/host.ts';
import { changedInstance } from './changed-instance.ts';
import { type Evacuation, type Executor, ended, inFlight, rebuilding } from './evacuation.ts';
import { arrived } from './evacuation-end.ts';
import type { Instance, VmState } from './instance.ts';

const evacuable: readonly VmState[] = ['active', 'stopped', 'error'];

/** An instance to evacuate, settled, with its hosts, which were read after it. */
export type EvacuationCandidate = {
  readonly instance: Instance;
  /** The host that it is on; undefined if it is on none. */
  readonly source: Host | undefined;
  readonly sourceUp: boolean;
  /** The target that the caller named, `host` undefined if it is not registered; undefined for any. */
  readonly named: { readonly name: string; readonly host: Host | undefined } | undefined;
};

/**
 * Checks whether an instance may be evacuated, in nova's order. Does not check whether the target
 * may take it (`isTarget`).
 * @throws not_found, invalid or conflict. @returns the host that it leaves.
 */
export function checkEvacuation({ instance, source, sourceUp, named }: EvacuationCandidate): Host {
  const { uuid, vm_state } = instance;
  if (named && (!named.host || named.host.deleted)) {
    throw noSuch('Compute host', named.name);
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

/** An accepted evacuation: its caller and what its record is made of. */
export type EvacuationOrder = {
  readonly uuid: string;
  readonly number: number;
  readonly executor: Executor;
  readonly actor: Actor;
  /** The project of the caller's token. */
  readonly project_id: string;
  /** How often the compute service of the source has been restarted. */
  readonly restarts: number;
};

/**
 * The `vm_state` that the instance takes at its target. It is the state before the fault. If an
 * earlier evacuation left the instance in `error`, it is the state before that evacuation. Else it is
 * the state now. Everything but `stopped` becomes `active`, as in nova.
 */
function originalOf({ pre_fault, vm_state, fault, evacuation }: Instance): Evacuation['original'] {
  const stands = evacuation && fault && fault.created <= evacuation.updated_at;
  const before = vm_state === 'error' && stands ? evacuation.original : undefined;
  return (pre_fault?.vm_state ?? before ?? vm_state) === 'stopped' ? 'stopped' : 'active';
}

/** Where an instance is to go. */
export type Target = Host | { readonly unfit: string | null } | { readonly later: true };

/**
 * The instance after its evacuation was accepted. Without an executor it is at its target at once,
 * else it is on its way there. Without a target it is in `error`.
 * @param target a host that may take it (`isTarget`); or, as `unfit`, the name of a host that may not,
 * null if there is no such name; or, as `later`, none, because the executor chooses it.
 */
export function evacuated(
  instance: Instance,
  source: Host,
  target: Target,
  order: EvacuationOrder,
): Instance {
  const { executor, actor, restarts } = order;
  const dest = 'host' in target ? target : undefined;
  const evacuation: Evacuation = {
    uuid: order.uuid,
    number: order.number,
    project_id: order.project_id,
    user_id: actor.user_id,
    request_id: actor.request_id,
    source: source.host,
    dest: 'unfit' in target ? target.unfit : (dest?.host ?? null),
    dest_ip: dest?.host_ip ?? null,
    status: 'accepted',
    original: originalOf(instance),
    dest_incarnation: dest?.incarnation ?? null,
    dest_fault_number: dest?.fault_number ?? 0,
    source_restarts: restarts,
    executor,
    reason: null,
    created_at: actor.at,
    updated_at: actor.at,
  };
  if ('unfit' in target) return withoutAnyTarget(instance, evacuation, actor);
  if (executor === 'none' && dest) return arrived(instance, evacuation, { dest, restarts, actor });
  return changedInstance(
    instance,
    { ...instance, task_state: rebuilding, evacuation },
    { actor, event_type: evacuateEvent },
  );
}

/** The instance in `error`: the caller was answered before a target was chosen, as in nova. */
const withoutAnyTarget = (instance: Instance, record: Evacuation, actor: Actor): Instance =>
  changedInstance(
    instance,
    {
      ...instance,
      vm_state: 'error',
      task_state: null,
      fault: { code: 500, message: 'No valid host was found.', created: actor.at },
      evacuation: ended(record, 'error', actor.at),
    },
    { actor, old_task_state: rebuilding },
  );
