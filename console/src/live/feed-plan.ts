/**
 * Decides when the page reads the feed of changes, and what an answer means. It uses no clock and
 * no network.
 */
import { grownPause } from '../../../domain/back-off.ts';

/** The answer of `POST /doctor/v1/changes`. */
export type FeedAnswer = {
  readonly cursor: string;
  readonly reset: boolean;
  readonly held: boolean;
  readonly changes: Readonly<Partial<Record<string, readonly string[]>>>;
  readonly reload: readonly string[];
  readonly answers: readonly ReadAnswer[];
};

/**
 * The answer to one read: to the request itself (`id` is null), or to the request for one changed
 * thing.
 */
export type ReadAnswer = {
  /** The position of the read in the request, from 0. */
  readonly read: number;
  readonly id: string | null;
  readonly status: number;
  readonly body?: unknown;
};

/** The kinds of things of which at least one changed. */
export type Changed = {
  readonly kinds: ReadonlySet<string>;
  /** True: everything must be loaded again. */
  readonly everything: boolean;
};

/** Seconds for which a request is held while nothing changes. */
export const holdSeconds = 4;
/** Milliseconds from the start of a request to the start of the next: two requests in five seconds. */
export const leastGapMs = 2_500;

export const changedBy = ({
  changes,
  reload,
  reset,
}: Pick<FeedAnswer, 'changes' | 'reload' | 'reset'>): Changed => ({
  kinds: new Set([
    ...reload,
    ...Object.entries(changes).flatMap(([kind, ids = []]) => (ids.length > 0 ? [kind] : [])),
  ]),
  everything: reset,
});

/** Whether something that a view shows has changed. @param kinds the kinds of things that it shows. */
export const concerns = ({ kinds, everything }: Changed, shown: readonly string[]): boolean =>
  shown.some((kind) => everything || kinds.has(kind));

/** Milliseconds until the next request may start. @param last when the last one started; undefined: never. */
export const pauseBefore = (last: number | undefined, now: number): number =>
  last === undefined ? 0 : Math.max(0, last + leastGapMs - now);

/** Milliseconds until a lost connection is tried again: 2.5, 5, then 8 seconds. */
export const pauseAfterFailures = (failures: number): number =>
  grownPause(Math.max(failures, 1), { first: leastGapMs, longest: 8_000 });
