/**
 * The end of an evacuation, as its executor reports it: the instance is at its target, or the move
 * failed. Source: nova `compute/manager.py`, `rebuild_instance`.
 */
import type { Actor } from '../change.ts';
import { DomainError } from '../errors.ts';
import { faultOf, standingFault } from '../hosts/fault.ts';
import type { Host } from '../hosts/host.ts';
import { afterFault } from '../hosts/host-fault.ts';
import { changedInstance, type InstanceContent } from './changed-instance.ts';
import { type Evacuation, ended, inFlight, rebuilding, succeeded } from './evacuation.ts';
import { type Instance, powerStates } from './instance.ts';

/** How an instance arrives at another host. */
export type Arrival = {
  /** The host; the number of its faults is that at which the row was read. */
  readonly dest: Host;
  /** How often the compute service of the source has been restarted. */
  readonly restarts: number;
  readonly actor: Actor;
  /** Why the move has failed, if others moved the instance to another host than the target. */
  readonly failed?: string;
};

/** Why a move that Nova made has failed although the instance is on another host. */
export const errorAtTarget = (host: string): string => `Nova shows the server in error on ${host}.`;

/** The record with its target; that of the caller stays. */
export const chosen = (evacuation: Evacuation, dest: Host): Evacuation =>
  evacuation.dest === null
    ? {
        ...evacuation,
        dest: dest.host,
        dest_ip: dest.host_ip,
        dest_incarnation: dest.incarnation,
      }
    : evacuation;

/** The instance at its target, or where others moved it, in the state that it had before the fault. */
export function arrived(
  instance: Instance,
  evacuation: Evacuation,
  { dest, restarts, actor, failed }: Arrival,
): Instance {
  const runs = evacuation.original === 'active';
  const next: InstanceContent = {
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
    evacuation:
      failed === undefined
        ? succeeded(chosen(evacuation, dest), restarts, actor.at)
        : { ...ended(evacuation, 'failed', actor.at), reason: failed },
  };
  // Nova may choose a host that it does not know to be down yet.
  const fault = standingFault(dest);
  const after = fault ? { ...next, ...afterFault(next, fault) } : next;
  const fault_id = after.vm_state === next.vm_state ? null : (fault?.fault_id ?? null);
  return changedInstance(instance, after, { actor, old_task_state: rebuilding, fault_id });
}

/**
 * The instance after its executor reported that the move failed: it stays on its host, without a
 * task. If the host is down, or failed during the move, its fault is applied in the same change, so
 * that no reader sees the instance active there.
 * @param source the host that the instance is on; undefined if its row is not known.
 * @param reason why the move failed; null if no reason is known.
 */
export function stranded(
  instance: Instance,
  evacuation: Evacuation,
  source: Host | undefined,
  actor: Actor,
  reason: string | null = null,
): Instance {
  const fault = source && firstFault(instance, source);
  const left = { ...instance, task_state: null };
  const next: InstanceContent = {
    ...left,
    ...(fault && afterFault(left, fault)),
    fault_number: source?.fault_number ?? instance.fault_number,
    evacuation: { ...ended(evacuation, 'failed', actor.at), reason },
  };
  const fault_id = next.vm_state === instance.vm_state ? null : (fault?.fault_id ?? null);
  return changedInstance(instance, next, { actor, old_task_state: rebuilding, fault_id });
}

/**
 * The first fault of the host that the row does not reflect; if there is none, the fault that
 * stands.
 */
const firstFault = ({ fault_number }: Instance, host: Host) =>
  host.fault_number > fault_number ? faultOf(host, fault_number + 1) : standingFault(host);

/** The result of a move, reported by the evacuation's executor. */
export type EvacuationReport = {
  readonly status: 'done' | 'failed';
  /**
   * `done`: the host where the move ended, if the executor chose it; undefined: the target of the
   * record. `failed`: the host to which others have moved the instance; undefined: it is where it was.
   */
  readonly host?: string;
  /** The state in which the instance arrived; undefined: the one that was decided for the record. */
  readonly original?: Evacuation['original'];
  /** Why it failed; undefined if no reason is known. */
  readonly reason?: string;
  /** The record that the report is about; undefined for the newest one. */
  readonly migration_uuid: string | undefined;
};

/**
 * The record that a report is about. `isNew` is false if the record has the reported status already:
 * the executor repeats its report.
 * @throws conflict if the instance was never evacuated, if the report is about an older record, or if
 * the move has ended with the other status.
 */
export function reportedOn(
  instance: Instance,
  { status, migration_uuid }: EvacuationReport,
): { readonly evacuation: Evacuation; readonly isNew: boolean } {
  const { uuid, evacuation } = instance;
  if (!evacuation) throw new DomainError('conflict', `Instance ${uuid} is not being evacuated.`);
  if (migration_uuid !== undefined && migration_uuid !== evacuation.uuid) {
    throw new DomainError(
      'conflict',
      `Migration ${migration_uuid} is not the newest of instance ${uuid}.`,
    );
  }
  if (inFlight(instance)) return { evacuation, isNew: true };
  if (evacuation.status === status) return { evacuation, isNew: false };
  throw new DomainError(
    'conflict',
    `The evacuation of instance ${uuid} has ended already: ${evacuation.status}.`,
  );
}
