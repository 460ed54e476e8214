/**
 * Ticks: messages that arrive every few seconds, by which Doctor notices that time has passed. A schedule of
 * EventBridge is precise to a minute, so each of its runs sends the ticks of the next minute, delayed by SQS.
 * Decision: docs/adr/0045.
 */
import * as z from 'zod';
import { bucketOf } from '../ids.ts';
import { laterBy, Moment } from '../time.ts';

/** The time between two ticks, in seconds. */
export const tickSeconds = 3;

/** The time that the ticks of one run cover, in seconds: a run may begin so much later than the minute. */
const coveredSeconds = 69;

/** A tick: the time for which it was planned. */
export const Tick = z.strictObject({ tick: Moment });
export type Tick = z.infer<typeof Tick>;

/** The ticks that a run of the schedule sends, each with its delay in whole seconds. */
export const ticksFrom = (
  now: string,
): { readonly tick: string; readonly delaySeconds: number }[] =>
  Array.from({ length: coveredSeconds / tickSeconds }, (_, n) => {
    const delaySeconds = n * tickSeconds;
    return { tick: laterBy(now, delaySeconds), delaySeconds };
  });

/** What ticks remember. */
export const Clock = z.object({
  /** A tick of the last few seconds. */
  ticked_at: Moment,
  /** Since when ticks have come without a gap. */
  awake_since: Moment,
  /**
   * The oldest slot that may have timers; empty before the first look. Missing in rows written
   * before timers existed; read as empty.
   */
  timers_from: z.string().default(''),
});
export type Clock = z.infer<typeof Clock>;

/** Doctor was out of service if no tick came for so many seconds. */
const gapSeconds = 30;

/** The clock is written at most every so many seconds. */
const writtenSeconds = 9;

/** The clock at a tick, and whether it is to be written. @param before undefined at the first tick. */
export function clockAt(
  before: Clock | undefined,
  now: string,
): { readonly clock: Clock; readonly isWritten: boolean } {
  if (!before || now > laterBy(before.ticked_at, gapSeconds)) {
    const timers_from = before?.timers_from ?? '';
    return { clock: { ticked_at: now, awake_since: now, timers_from }, isWritten: true };
  }
  if (now < laterBy(before.ticked_at, writtenSeconds)) return { clock: before, isWritten: false };
  return { clock: { ...before, ticked_at: now }, isWritten: true };
}

/** The slot of a timer: the minute in which it falls due. */
export const timerSlotOf = (due: string): string => due.slice(0, 16);

/**
 * Timers are handed over so many seconds before they fall due: two ticks, so that one may be lost, and the work of one is
 * done before. SQS delays them until then.
 */
export const aheadSeconds = 2 * tickSeconds;

/** The parts of a slot. A partition of the table takes 1,000 writes a second, and many timers may fall due at once. */
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
 * The slots to look at, oldest first, to that of the timers that are handed over now; and the oldest one after that.
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
