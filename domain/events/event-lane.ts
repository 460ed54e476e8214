/**
 * The queues that events wait in. Faults wait behind nothing else; what Doctor changed itself waits
 * behind nothing from outside, and of what comes from outside failures wait behind nothing else.
 */
import { maintenanceEventType } from '../hosts/maintenance.ts';
import { type DoctorEvent, projectOfEvent, traitText } from './event.ts';

/**
 * `fault`: what Doctor changed because of a fault, or is one. `change`: all else that Doctor changed,
 * such as what a tenant wrote. `urgent`: from outside, and reports a failure. `bulk`: from outside,
 * all else. `wide`: events of any of these, for alarms that were left for later: above all those of a
 * whole project.
 */
export const eventLanes = ['fault', 'change', 'urgent', 'bulk', 'wide'] as const;
export type EventLane = (typeof eventLanes)[number];

/** The last words of the types that report a failure, as in `compute.instance.create.error`. */
export const failureWords = [
  ...['error', 'fail', 'failed', 'failure', 'fault', 'down', 'lost', 'crash', 'crashed'],
] as const;

/** The traits that hold what an event says its resource is in now. */
export const stateTraits = ['state', 'status', 'data_plane_status'] as const;

const words = new Set<string>(failureWords);

/** Nova, Cinder and others say `error`, and some of them what they failed in: `error_deleting`. */
const isFailed = (state: string | undefined): boolean => {
  const value = state?.toLowerCase() ?? '';
  return words.has(value) || value.startsWith('error_');
};

/**
 * The lane of an event that Doctor made. Infrastructure's events are faults', too: tenants cause none,
 * and the report of a fault saves a message by sending its host's with the first of its instances.
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
