/** Updates of a host's service: the report that it is down or up again, its status and its maintenance. */
import { isEqual } from 'es-toolkit';
import type { Actor } from '../change.ts';
import { type Fault, faultOf, hasFailed } from './fault.ts';
import {
  type Holder,
  hasMissedHeartbeats,
  heldFields,
  holdersOf,
  ownHolder,
  ownSource,
  withHolder,
  withoutHolder,
} from './holders.ts';
import type { Host } from './host.ts';

/** The user who reports a fault, for the audit. */
export type Reporter = {
  readonly user_id: string;
  readonly user_name: string;
  readonly project_id: string;
};

/** Conditions that an administrator's report about their host ends. */
export type EndedConditions = { readonly holders: readonly Holder[]; readonly reason: string };

/** A change of a host, with the change of its fault's row. */
export type HostReport = {
  readonly host: Host;
  /** The row of a new fault, or the number of the open fault to close; undefined for neither. */
  readonly fault: { readonly opened: Fault } | { readonly closed: number } | undefined;
  /** The conditions that held the host down and that this ends, and why; absent for none. */
  readonly ended?: EndedConditions;
};

/**
 * The fields of a host's service that an administrator may set; absent fields stay as they are.
 * `forced_down: true` alone reports a fault. With `instances_left: true` it only sets the flag of the
 * service and changes no instance.
 */
export type ServiceUpdate = Partial<
  Pick<Host, 'forced_down' | 'instances_left' | 'status' | 'disabled_reason' | 'maintenance'>
> & {
  /**
   * What `forced_down: false` ends: all that holds the host down, or only what was reported by these
   * routes, as for callers who are no administrators. Absent: all.
   */
  readonly ends?: 'all' | 'own';
};

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
  const { forced_down: _, instances_left: __, ends: ___, ...switches } = update;
  const holders = holdersAfter(host, update);
  const report = heldHost(
    { ...host, ...switches },
    holders,
    { actor, reporter, source: null },
    host,
  );
  if (!report) return undefined;
  return { ...report, ...endedBy(host, holders, 'An administrator has reported the host up.') };
}

/** All that holds the host down after an update of its service. */
function holdersAfter(
  host: Host,
  { forced_down, instances_left = false, ends = 'all' }: ServiceUpdate,
): readonly Holder[] {
  const holders = holdersOf(host);
  if (forced_down === undefined) return holders;
  if (forced_down) return withHolder(holders, ownHolder(!instances_left));
  return ends === 'all' ? [] : withoutHolder(holders, ownSource);
}

/** The conditions of a host that nothing holds any more; empty if there are none. */
export function endedBy(
  host: Host,
  left: readonly Holder[],
  reason: string,
): Pick<HostReport, 'ended'> {
  const holders = host.held_by.filter(({ source }) => source !== ownSource);
  return left.length > 0 || holders.length === 0 ? {} : { ended: { holders, reason } };
}

/** Who reports, and the monitor for which it does; null for a user's own report. */
export type ReportedBy = {
  readonly actor: Actor;
  readonly reporter: Reporter;
  readonly source: string | null;
};

/**
 * The host's row with what holds it down from now on, and the fault that is opened or closed by that.
 * Undefined if nothing changes.
 * @param next the host with its other new fields. @param host the row as it was read.
 */
export function heldHost(
  next: Host,
  holders: readonly Holder[],
  { actor, reporter, source }: ReportedBy,
  host: Host = next,
): HostReport | undefined {
  const held = isEqual(holders, holdersOf(host))
    ? {}
    : {
        ...heldFields(holders),
        held_number: host.held_number + 1,
        ...awaitedAgain(host, holders, actor),
      };
  const changed = { ...next, ...held };
  if (!differs(host, changed)) {
    return 'held_by' in held ? { host: changed, fault: undefined } : undefined;
  }
  const switched = changed.maintenance === host.maintenance ? 0 : 1;
  const visible: Host = {
    ...changed,
    maintenance_number: host.maintenance_number + switched,
    revision: host.revision + 1,
    updated_at: actor.at,
    last_change: {
      ...actor,
      event_type: 'service.update',
      ...(source !== null && { source }),
    },
  };
  if (hasFailed(visible) === hasFailed(host)) return { host: visible, fault: undefined };
  if (hasFailed(host)) return { host: visible, fault: { closed: host.fault_number } };
  return failedHost(visible, { actor, reporter, source });
}

/**
 * The host's heartbeats are awaited anew once its missed heartbeats are ended, or it is up again: it
 * has the service down time to send one. Else the next look would report the same silence again.
 */
function awaitedAgain(
  host: Host,
  left: readonly Holder[],
  { at }: Actor,
): Partial<Pick<Host, 'heartbeat_since'>> {
  const isUp = host.forced_down && left.length === 0;
  const isEnded = hasMissedHeartbeats(host.held_by) && !hasMissedHeartbeats(left);
  return host.heartbeat && (isUp || isEnded) ? { heartbeat_since: at } : {};
}

/** Whether clients see a difference between two rows of a service. */
const differs = (a: Host, b: Host): boolean =>
  a.forced_down !== b.forced_down ||
  a.instances_left !== b.instances_left ||
  a.status !== b.status ||
  a.disabled_reason !== b.disabled_reason ||
  a.maintenance !== b.maintenance;

/** The host with a new fault, and the row of the fault. */
function failedHost(host: Host, { actor, reporter, source }: ReportedBy): HostReport {
  const { user_id, request_id, at } = actor;
  const number = host.fault_number + 1;
  const down = { ...host, fault_number: number, last_fault: { at, user_id, request_id } };
  const { fault_id } = faultOf(down, number);
  const opened: Fault = {
    kind: 'host',
    host: host.host,
    number,
    fault_id,
    at,
    reported_by: reporter,
    request_id,
    source,
    cleared_at: null,
    applied_to_cloud: null,
  };
  return { host: down, fault: { opened } };
}
