/**
 * What Doctor last wrote to the flag `forced_down` of a host's nova-compute service in the cloud.
 * By this row Doctor distinguishes its own writes from those of others.
 */
import * as z from 'zod';
import { Moment } from '../time.ts';

/**
 * One row for each host. It is written before the request to Nova (`done` is false), and after it. The
 * last two are the moments of the last requests that Nova did not answer, for each value: it may carry
 * them out late.
 */
export const AppliedService = z.object({
  /** The value that Doctor wrote, or is writing. */
  forced_down: z.boolean(),
  /** Whether Nova is known to have the value. */
  done: z.boolean(),
  at: Moment,
  down_unanswered_at: Moment.optional(),
  up_unanswered_at: Moment.optional(),
});
export type AppliedService = z.infer<typeof AppliedService>;

/** What is recorded of a write, apart from requests that Nova did not answer. */
export type AppliedFlag = Pick<AppliedService, 'forced_down' | 'done' | 'at'>;

/** The attribute with the moment of the last request for a value that Nova did not answer. */
export const unansweredField = (forced_down: boolean) =>
  forced_down ? 'down_unanswered_at' : 'up_unanswered_at';

/**
 * How long Nova may still carry out a request that it did not answer, in milliseconds: a request is
 * given up after ten seconds, and may wait in Nova's own queue.
 */
const lateMs = 60_000;

/**
 * Whether Doctor requested the value less than a minute before `now`, and got no answer. A process that
 * died during its request leaves a row that is not `done`.
 */
function mayComeLate(applied: AppliedService, forced_down: boolean, now: string): boolean {
  const begun = !applied.done && applied.forced_down === forced_down ? applied.at : undefined;
  return [applied[unansweredField(forced_down)], begun].some(
    (at) => at !== undefined && Date.parse(now) - Date.parse(at) < lateMs,
  );
}

/** Whether the flag may still change from a value by itself, through a request of Doctor that comes late. */
export const mayStillChange = (
  applied: AppliedService | undefined,
  forced_down: boolean,
  now: string,
): boolean => applied !== undefined && mayComeLate(applied, !forced_down, now);

/** Whether Nova has what Doctor wrote last, and no request of Doctor may change it any more. */
export const isSettledInCloud = (applied: AppliedService | undefined, now: string): boolean =>
  !applied ||
  (applied.done && !mayComeLate(applied, true, now) && !mayComeLate(applied, false, now));

/** The flag in Nova, and a moment before the request that read it was sent. */
export type SeenService = { readonly forced_down: boolean; readonly read_at: string };

/**
 * Whether the flag may be from a request of Doctor that is in flight, that ended after the flag was
 * read, or that Nova carried out late. Then it says nothing about other writers.
 * @param applied undefined if Doctor never wrote the flag of the host.
 */
export const mayBeOwn = (
  applied: AppliedService | undefined,
  { forced_down, read_at }: SeenService,
): boolean =>
  applied !== undefined &&
  (!applied.done || applied.at >= read_at || mayComeLate(applied, forced_down, read_at));
