/**
 * The queues that events wait in. What Doctor changed itself waits behind nothing from outside, and
 * of what comes from outside failures wait behind nothing else.
 */
import { type DoctorEvent, traitText } from './event.ts';

/**
 * `own`: what Doctor changed. `urgent`: from outside, and tells of a failure. `bulk`: from outside,
 * all else. `wide`: events of any of these, for the alarms of a whole project that were left for later.
 */
export const eventLanes = ['own', 'urgent', 'bulk', 'wide'] as const;
export type EventLane = (typeof eventLanes)[number];

/** The last words of the types that tell of a failure, as in `compute.instance.create.error`. */
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
 * The lane of an event from outside. Periodic audits (`*.exists`) are never urgent: they repeat what
 * was told when it happened.
 */
export function laneOf(event: DoctorEvent): 'urgent' | 'bulk' {
  const last = event.event_type.split('.').at(-1)?.toLowerCase() ?? '';
  if (last === 'exists') return 'bulk';
  const failed = words.has(last) || stateTraits.some((name) => isFailed(traitText(event, name)));
  return failed ? 'urgent' : 'bulk';
}
