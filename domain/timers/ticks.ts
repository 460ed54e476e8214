/**
 * Ticks: messages that arrive every few seconds, by which Doctor notices that time has passed. A schedule of
 * EventBridge is precise to a minute, so each of its runs sends the ticks of the next minute, delayed by SQS.
 * Decision: docs/adr/0045.
 */
import * as z from 'zod';
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
