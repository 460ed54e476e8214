/** Updates of a host's service: the report that it is down or up again, its status and its maintenance. */
import type { Actor } from '../change.ts';
import { type Fault, faultOf, hasFailed } from './fault.ts';
import type { Host } from './host.ts';

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
