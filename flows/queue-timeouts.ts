/** Hands the timers that are due over from the table to the queue of the evaluator. */
import type { DueTimer } from '../domain/alarms/absence.ts';
import { slotsFrom } from '../domain/timers/ticks.ts';

/** A timer in the table. */
export type StoredTimer = DueTimer & { readonly project_id: string };

/** What the flow reads and sends. */
export type QueueTimeoutsDeps<Timer extends StoredTimer> = {
  /** The timers of a slot that are due, earliest first, in pages. */
  readonly dueTimers: (slot: string, now: string) => AsyncIterable<readonly Timer[]>;
  /** Durably queues the timers for the evaluator. */
  readonly sendTimeouts: (timers: readonly Timer[]) => Promise<void>;
  /** Removes timers that were queued. */
  readonly removeTimers: (timers: readonly Timer[]) => Promise<void>;
  readonly now: () => string;
};

/** The longest that one tick works on timers, in seconds. */
const mostSeconds = 20;

/**
 * Queues the timers that are due, slot by slot. Safe to repeat: the second message of a timer finds
 * that the alarm has another timer, or none.
 * @param from the oldest slot that may have timers; empty for the first tick.
 * @returns the oldest slot that may have timers after this, and how many timers were queued.
 */
export async function queueTimeouts<Timer extends StoredTimer>(
  { dueTimers, sendTimeouts, removeTimers, now }: QueueTimeoutsDeps<Timer>,
  from: string,
): Promise<{ readonly from: string; readonly queued: number }> {
  const began = now();
  const ends = Date.parse(began) + mostSeconds * 1_000;
  let queued = 0;
  const { slots, next } = slotsFrom(from, began);
  for (const slot of slots) {
    for await (const timers of dueTimers(slot, began)) {
      if (timers.length === 0) continue;
      await sendTimeouts(timers);
      await removeTimers(timers);
      queued += timers.length;
      if (Date.parse(now()) > ends) return { from: slot, queued };
    }
  }
  return { from: next, queued };
}
