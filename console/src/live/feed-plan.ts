/** What the page does after an answer of the changes feed, or after a failure. No clock, no network. */

/** The answer of `GET /doctor/v1/changes`. */
export type FeedAnswer = {
  readonly cursor: string;
  readonly reset: boolean;
  readonly held: boolean;
  readonly changes: Readonly<Partial<Record<string, readonly string[]>>>;
  readonly reload: readonly string[];
};

/** What changed: ids by kind; `all` for kinds that must be loaded anew. */
export type Changed = {
  readonly ids: ReadonlyMap<string, ReadonlySet<string>>;
  readonly all: ReadonlySet<string>;
  /** True: everything must be loaded anew. */
  readonly everything: boolean;
};

/** Seconds for which a request is held; milliseconds that lie between two of them at least. */
export const holdSeconds = 4;
const leastGapMs = 2_500;

export const changedBy = ({ changes, reload, reset }: FeedAnswer): Changed => ({
  ids: new Map(Object.entries(changes).map(([kind, ids = []]) => [kind, new Set(ids)])),
  all: new Set(reload),
  everything: reset,
});

export const isQuiet = ({ ids, all, everything }: Changed): boolean =>
  ids.size === 0 && all.size === 0 && !everything;

/** Whether something that a view shows has changed. @param kinds the kinds of things that it shows. */
export const concerns = ({ ids, all, everything }: Changed, kinds: readonly string[]): boolean =>
  everything || kinds.some((kind) => all.has(kind) || (ids.get(kind)?.size ?? 0) > 0);

/**
 * Milliseconds until the next request, so that a page makes at most two requests in five seconds.
 * @param tookMs how long the last one was held.
 */
export const pauseAfter = (tookMs: number): number => Math.max(0, leastGapMs - tookMs);

/** Milliseconds until a lost connection is tried again: 1, 2, 4, then 8 seconds. */
export const pauseAfterFailures = (failures: number): number =>
  1_000 * 2 ** Math.min(Math.max(failures - 1, 0), 3);
