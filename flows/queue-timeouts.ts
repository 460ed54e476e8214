/** Hands the timers that are due soon over from the table to the queue of the evaluator. */
import type { ProjectTimer } from '../domain/alarms/timeout-messages.ts';
import { laterBy } from '../domain/time.ts';
import { aheadSeconds, slotsFrom, timerPartsOf } from '../domain/timers/timer-slots.ts';

/** What the flow reads and sends. */
export type QueueTimeoutsDeps<Timer extends ProjectTimer> = {
  /** The timers of a part of a slot that are due before a moment, earliest first, in pages. */
  readonly dueTimers: (part: string, before: string) => AsyncIterable<readonly Timer[]>;
  /** Durably queues the timers for the evaluator, each to be delivered when it falls due. */
  readonly sendTimeouts: (timers: readonly Timer[], now: string) => Promise<void>;
  /** Removes timers that were queued. */
  readonly removeTimers: (timers: readonly Timer[]) => Promise<void>;
  readonly now: () => string;
};

/** The longest that one tick works on timers, in seconds. */
const mostSeconds = 20;

/**
 * Queues the timers that fall due before the tick after the next one, slot by slot, all parts of a
 * slot at once. Safe to repeat: a timer that is queued twice is not the alarm's any more the second
 * time.
 * @param from the oldest slot that may have timers; empty for the first tick.
 * @returns the oldest slot that may have timers after this, and how many timers were queued.
 */
export async function queueTimeouts<Timer extends ProjectTimer>(
  { dueTimers, sendTimeouts, removeTimers, now }: QueueTimeoutsDeps<Timer>,
  from: string,
): Promise<{ readonly from: string; readonly queued: number }> {
  const began = now();
  const ends = Date.parse(began) + mostSeconds * 1_000;
  const before = laterBy(began, aheadSeconds);
  let queued = 0;
  const removals: Promise<void>[] = [];
  const failures: unknown[] = [];
  const isOver = () => Date.parse(now()) > ends;
  const handOver = async (part: string): Promise<void> => {
    for await (const timers of dueTimers(part, before)) {
      if (timers.length === 0) continue;
      await sendTimeouts(timers, now());
      // The next timers do not wait for it: what is left of these is queued once more.
      removals.push(removeTimers(timers).catch((error) => void failures.push(error)));
      queued += timers.length;
      if (isOver()) return;
    }
  };
  const { slots, next } = slotsFrom(from, began);
  for (const slot of slots) {
    await Promise.all(timerPartsOf(slot).map(handOver));
    await Promise.all(removals);
    if (failures.length > 0) throw failures[0];
    if (isOver()) return { from: slot, queued };
  }
  return { from: next, queued };
}
