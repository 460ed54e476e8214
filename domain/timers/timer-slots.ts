/**
 * Timers are stored in slots, by the minute in which they fall due; a tick looks at the slots that are due.
 * Decision: docs/adr/0045.
 */
import { bucketOf } from '../ids.ts';
import { laterBy } from '../time.ts';
import { tickSeconds } from './ticks.ts';

/** The slot of a timer: the minute in which it falls due. */
export const timerSlotOf = (due: string): string => due.slice(0, 16);

/**
 * Timers are handed over so many seconds before they fall due: two ticks, so that one may be lost,
 * and the work of one is done before. SQS delays them until then.
 */
export const aheadSeconds = 2 * tickSeconds;

/**
 * The parts of a slot. A partition of the table takes 1,000 writes a second, and many timers may
 * fall due at once.
 */
const slotParts = 4;
const partName = (slot: string, part: number): string => (part === 0 ? slot : `${slot}#${part}`);

/** The names of all parts of a slot. */
export const timerPartsOf = (slot: string): readonly string[] =>
  Array.from({ length: slotParts }, (_, part) => partName(slot, part));

/** The part of its slot that a timer of an alarm is in. */
export const timerPartOf = (alarm_id: string, due: string): string =>
  partName(timerSlotOf(due), bucketOf(alarm_id, slotParts));

const minuteSeconds = 60;
/** A slot is looked at for so many seconds after its minute, for timers that were written late. */
const keptSeconds = 120;
/** The most slots that one tick looks at. */
const mostSlots = 60;

/**
 * The slots to look at, oldest first, to that of the timers that are handed over now; and the
 * oldest one after that.
 * @param from the oldest slot that may have timers; empty: a recent one.
 */
export function slotsFrom(
  from: string,
  now: string,
): { readonly slots: readonly string[]; readonly next: string } {
  const recent = timerSlotOf(laterBy(now, -keptSeconds));
  const first = from !== '' && from < recent ? from : recent;
  const slots: string[] = [];
  let slot = first;
  const last = timerSlotOf(laterBy(now, aheadSeconds));
  while (slot <= last && slots.length < mostSlots) {
    slots.push(slot);
    slot = timerSlotOf(laterBy(`${slot}:00.000Z`, minuteSeconds));
  }
  return { slots, next: slot < recent ? slot : recent };
}
