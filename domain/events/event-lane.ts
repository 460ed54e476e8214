/**
 * The queues that events wait in. No other event delays a fault. Events from outside do not delay
 * those that Doctor made, and among events from outside no other event delays a failure.
 */
import { maintenanceEventType } from '../hosts/maintenance.ts';
import { type DoctorEvent, projectOfEvent, traitText } from './event.ts';

/**
 * `fault`: a change that Doctor made because of a fault, or the fault itself. `change`: every other
 * change that Doctor made, such as a tenant's. `urgent`: an event from outside that reports a
 * failure. `bulk`: every other event from outside. `wide`: events of any lane, for alarms that were
 * deferred: mostly those of a whole project.
 */
export const eventLanes = ['fault', 'change', 'urgent', 'bulk', 'wide'] as const;
export type EventLane = (typeof eventLanes)[number];

/** The last words of the types that report a failure, as in `compute.instance.create.error`. */
export const failureWords = [
  ...['error', 'fail', 'failed', 'failure', 'fault', 'down', 'lost', 'crash', 'crashed'],
] as const;

/** The traits that say the state of the event's resource. */
export const stateTraits = ['state', 'status', 'data_plane_status'] as const;

const words = new Set<string>(failureWords);

/** Nova, Cinder and others say `error`, and some of them what they failed in: `error_deleting`. */
const isFailed = (state: string | undefined): boolean => {
  const value = state?.toLowerCase() ?? '';
  return words.has(value) || value.startsWith('error_');
};

/**
 * The lane of an event that Doctor made. An event of infrastructure is in the lane of faults too:
 * tenants cause none, and the report of a fault saves a message by sending the host's event with
 * the first of its instances.
 */
export function laneOfOwn(event: DoctorEvent): 'fault' | 'change' {
  const isFault =
    event.fault_id !== null ||
    projectOfEvent(event) === '' ||
    event.event_type === maintenanceEventType ||
    laneOf(event) === 'urgent';
  return isFault ? 'fault' : 'change';
}

/** The events by their lanes; those of one resource wait together, as faults if one of them is. */
export function byOwnLane(
  events: readonly DoctorEvent[],
): ReadonlyMap<'fault' | 'change', readonly DoctorEvent[]> {
  const failed = new Set(
    events.filter((event) => laneOfOwn(event) === 'fault').map(({ stamp }) => stamp?.resource),
  );
  return Map.groupBy(events, ({ stamp }) => (failed.has(stamp?.resource) ? 'fault' : 'change'));
}

/**
 * The lane of an event from outside. Periodic audits (`*.exists`) are never urgent: they repeat what
 * was reported when it happened.
 */
export function laneOf(event: DoctorEvent): 'urgent' | 'bulk' {
  const last = event.event_type.split('.').at(-1)?.toLowerCase() ?? '';
  if (last === 'exists') return 'bulk';
  const failed = words.has(last) || stateTraits.some((name) => isFailed(traitText(event, name)));
  return failed ? 'urgent' : 'bulk';
}
