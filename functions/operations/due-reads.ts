/** What a page reads again after changes, so that one request brings both. Decision: docs/adr/0052. */
import type { ChangeKind, Changes } from '../../domain/activity/change-feed.ts';

/** Something that a page shows, and when it must be read again. */
export type FeedRead = {
  /** The path below the API's root, with its query. */
  readonly path: string;
  /** It is read again after changes of these kinds. */
  readonly kinds: readonly ChangeKind[];
  /** How few changed things of one kind are read instead, one by one; `{id}` in the path is replaced. */
  readonly each?: { readonly kind: ChangeKind; readonly path: string } | undefined;
  /** It is read whether anything changed or not, and the request is not held. */
  readonly now?: boolean | undefined;
  /** Nova's microversion. */
  readonly microversion?: string | undefined;
  /** The body of a query that Aodh takes as a POST; undefined: it is a GET. */
  readonly body?: unknown;
};

/** A read that is due. */
export type DueRead = {
  /** Which of the page's reads it is, from 0 on. */
  readonly read: number;
  /** The thing that is read in place of the whole; undefined: the whole. */
  readonly id?: string;
  readonly path: string;
  readonly microversion?: string | undefined;
  readonly body?: unknown;
};

/** The most things of a kind that are read one by one. */
const fewThings = 20;
/** The most reads of a request if things are read one by one. */
const mostDue = 40;

/**
 * The reads that are due: at most one for each of `reads`, or `mostDue` if things are read one by one.
 * @param reset everything must be read again.
 */
export function dueReads(
  reads: readonly FeedRead[],
  changes: Pick<Changes, 'changed' | 'reload'>,
  reset: boolean,
): DueRead[] {
  const due = reads.flatMap((read, n) => dueOf(read, n, changes, reset));
  if (due.length <= mostDue) return due;
  return reads.flatMap((read, n) => dueOf({ ...read, each: undefined }, n, changes, reset));
}

function dueOf(
  { path, kinds, each, now = false, microversion, body }: FeedRead,
  read: number,
  { changed, reload }: Pick<Changes, 'changed' | 'reload'>,
  reset: boolean,
): DueRead[] {
  const more = {
    ...(microversion !== undefined && { microversion }),
    ...(body !== undefined && { body }),
  };
  const whole = [{ read, path, ...more }];
  if (now || reset || kinds.some((kind) => reload.includes(kind))) return whole;
  const touched = kinds.filter((kind) => (changed[kind] ?? []).length > 0);
  if (touched.length === 0) return [];
  const ids = (each && changed[each.kind]) ?? [];
  if (!each || touched.some((kind) => kind !== each.kind) || ids.length > fewThings) return whole;
  return ids.map((id) => ({
    read,
    id,
    path: each.path.replaceAll('{id}', encodeURIComponent(id)),
    ...more,
  }));
}
