/**
 * The order of events, and what an alarm remembers of it: docs/adr/0003 and 0014. Time is always
 * when Doctor accepted an event, the same in both lanes; never its sender's clock.
 */

import type { DoctorEvent, Stamp } from '../events/event.ts';
import type { Alarm } from './alarm.ts';

type Memory = Pick<Alarm, 'state' | 'stamp' | 'stamped_at' | 'entered_alarm_at' | 'left_alarm_at'>;
type Placed = Pick<DoctorEvent, 'stamp' | 'accepted_at'>;

/**
 * Whether the alarm's state reflects something newer than the event, which then cannot change it:
 * a newer event, or the moment when the state was entered.
 */
export function isOlder(alarm: Memory, event: Placed): boolean {
  const revisions = revisionsApart(event.stamp, alarm.stamp);
  const order = revisions ?? compareText(event.accepted_at, alarm.stamped_at);
  if (order < 0) return true;
  const since = alarm.state === 'alarm' ? alarm.entered_alarm_at : alarm.left_alarm_at;
  if (since === null || event.accepted_at >= since) return false;
  // The clocks of two writers may differ: revisions are believed before times.
  const enteredByEvent = alarm.stamped_at !== null && since <= alarm.stamped_at;
  return !(enteredByEvent && revisions !== undefined && revisions > 0);
}

/**
 * Whether an event was accepted while the alarm stood in `alarm`, which it has left since. Evaluated
 * at once it would have found the alarm raised; its late copy must not tell what it did not.
 */
export function wasCovered(
  { entered_alarm_at, left_alarm_at }: Memory,
  { accepted_at }: Placed,
): boolean {
  if (entered_alarm_at === null || left_alarm_at === null) return false;
  return entered_alarm_at <= accepted_at && accepted_at < left_alarm_at;
}

/** What an alarm remembers of the newest event that its state reflects. */
export const markOf = ({ stamp, accepted_at }: Placed): Pick<Alarm, 'stamp' | 'stamped_at'> => ({
  stamp,
  stamped_at: accepted_at,
});

/** The events oldest first; those that nothing tells apart stay in their order. */
export const oldestFirst = <T extends Placed>(events: readonly T[]): T[] =>
  [...events].sort(
    (a, b) =>
      compareText(a.accepted_at, b.accepted_at) ||
      (a.stamp?.revision ?? 0) - (b.stamp?.revision ?? 0),
  );

/** Below, at or above 0 within one life of one resource; undefined where revisions say nothing. */
function revisionsApart(a: Stamp | null, b: Stamp | null): number | undefined {
  if (a === null || b === null) return undefined;
  if (a.resource !== b.resource || a.incarnation !== b.incarnation) return undefined;
  return a.revision - b.revision;
}

/** Any text is after none. */
function compareText(a: string, b: string | null): number {
  if (b === null || a > b) return 1;
  return a < b ? -1 : 0;
}
