/**
 * What Doctor last wrote to the flag `forced_down` of a host's nova-compute service in the cloud.
 * By this row Doctor distinguishes its own writes from those of others.
 */
import * as z from 'zod';
import { Moment } from '../time.ts';

/** One row for each host. It is written before the request to Nova (`done` is false), and after it. */
export const AppliedService = z.object({
  /** The value that Doctor wrote, or is writing. */
  forced_down: z.boolean(),
  /** Whether Nova is known to have the value. */
  done: z.boolean(),
  at: Moment,
});
export type AppliedService = z.infer<typeof AppliedService>;

/**
 * How long Nova may still carry out a request that it did not answer, in milliseconds: a request is
 * given up after ten seconds, and may wait in Nova's own queue.
 */
const lateMs = 60_000;

/**
 * Whether the flag may still change from a value by itself: Doctor requested the other value less
 * than a minute ago, and does not know the outcome.
 */
export const mayStillChange = (
  applied: AppliedService | undefined,
  forced_down: boolean,
  now: string,
): boolean =>
  applied !== undefined &&
  !applied.done &&
  applied.forced_down !== forced_down &&
  Date.parse(now) - Date.parse(applied.at) < lateMs;

/** The flag in Nova, and a moment before the request that read it was sent. */
export type SeenService = { readonly forced_down: boolean; readonly read_at: string };

/**
 * Whether another writer set the flag that was seen in Nova. While a write of Doctor is under way,
 * or if it ended after the flag was read, the flag says nothing about others.
 * @param applied undefined if Doctor never wrote the flag of the host: then it is taken to be
 * false.
 */
export function isForeign(
  applied: AppliedService | undefined,
  { forced_down, read_at }: SeenService,
): boolean {
  if (!applied) return forced_down;
  return applied.done && applied.at < read_at && applied.forced_down !== forced_down;
}
