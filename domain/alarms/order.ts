/**
 * The order of events, and the marks that an alarm stores for it: docs/adr/0003 and 0014. The time
 * of an event is always when Doctor accepted it, which is the same in both lanes. The sender's
 * clock is not used.
 */

import type { DoctorEvent, Stamp } from '../events/event.ts';
import type { Alarm } from './alarm.ts';

type AlarmMarks = Pick<
  Alarm,
  'state' | 'stamp' | 'stamped_at' | 'entered_alarm_at' | 'left_alarm_at'
>;
type EventPlace = Pick<DoctorEvent, 'stamp' | 'accepted_at'>;

/**
 * Whether the event is older than what the alarm's state reflects: a newer event, or a state that
 * was entered later. Such an event cannot change the state.
 */
export function isOlder(alarm: AlarmMarks, event: EventPlace): boolean {
  const revisions = revisionsApart(event.stamp, alarm.stamp);
  const order = revisions ?? compareText(event.accepted_at, alarm.stamped_at);
  if (order < 0) return true;
  const since = alarm.state === 'alarm' ? alarm.entered_alarm_at : alarm.left_alarm_at;
  if (since === null || event.accepted_at >= since) return false;
  // The clocks of two writers may differ, so revisions count before times.
  const enteredByEvent = alarm.stamped_at !== null && since <= alarm.stamped_at;
  return !(enteredByEvent && revisions !== undefined && revisions > 0);
}

/**
 * Whether an event was accepted while the alarm was in `alarm`, and the alarm has left `alarm`
 * since. In order, the event would have found the alarm raised and sent nothing, so its late copy
 * sends nothing.
 */
export function wasCovered(
  { entered_alarm_at, left_alarm_at }: AlarmMarks,
  { accepted_at }: EventPlace,
): boolean {
  if (entered_alarm_at === null || left_alarm_at === null) return false;
  return entered_alarm_at <= accepted_at && accepted_at < left_alarm_at;
}

/** The marks that an alarm stores of the newest event that its state reflects. */
export const markOf = ({
  stamp,
  accepted_at,
}: EventPlace): Pick<Alarm, 'stamp' | 'stamped_at'> => ({
  stamp,
  stamped_at: accepted_at,
});

/**
 * Whether the newest event that the alarm's state reflects may be this one, or another copy of it. Events
 * without stamps cannot be told apart if they were accepted at one moment.
 */
export function isReflected(
  alarm: Pick<Alarm, 'stamp' | 'stamped_at'>,
  { stamp, accepted_at }: EventPlace,
): boolean {
  if (alarm.stamped_at !== accepted_at) return false;
  if (alarm.stamp === null && stamp === null) return true;
  return revisionsApart(stamp, alarm.stamp) === 0;
}

/** The events, oldest first. Events with equal time and revision keep their order. */
export const oldestFirst = <T extends EventPlace>(events: readonly T[]): T[] =>
  [...events].sort(
    (a, b) =>
      compareText(a.accepted_at, b.accepted_at) ||
      (a.stamp?.revision ?? 0) - (b.stamp?.revision ?? 0),
  );

/**
 * The difference of the revisions; undefined if the stamps are not of one incarnation of one
 * resource.
 */
function revisionsApart(a: Stamp | null, b: Stamp | null): number | undefined {
  if (a === null || b === null) return undefined;
  if (a.resource !== b.resource || a.incarnation !== b.incarnation) return undefined;
  return a.revision - b.revision;
}

/** Positive if `a` is after `b`, negative if before, else 0. Any text is after null. */
function compareText(a: string, b: string | null): number {
  if (b === null || a > b) return 1;
  return a < b ? -1 : 0;
}
