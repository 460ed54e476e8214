/**
 * How many alarms of a whole project are evaluated with an event at once. Alarms that name no resource
 * are candidates for every event of their project. A project may have many, and its events come
 * often, so the more there are, the later they follow: in slices, each a message of its own, so that
 * other projects' messages come between.
 */

/** So many are evaluated with the event itself: what they fire fits one transaction. */
export const wideAtOnce = 10;
/** Pairs of an event and an alarm in one slice: some second of one evaluator's work, if all fire. */
const pairsPerSlice = 200;

/** Alarms of one slice, for a message of so many events. */
export const wideSlice = (events: number): number =>
  Math.max(wideAtOnce, Math.floor(pairsPerSlice / Math.max(events, 1)));

/** What of a project's alarms is evaluated now; the rest are those whose ids come after `restAfter`. */
export type WideShare = { readonly now: readonly string[]; readonly restAfter?: string };

/**
 * The share of the ids, which are those after `after`, or all if that is undefined: it is undefined
 * for an event that is evaluated for the first time, of which all alarms or none are taken.
 */
export function wideShare(
  ids: Iterable<string>,
  { events, after }: { readonly events: number; readonly after: string | undefined },
): WideShare {
  const sorted = [...new Set(ids)].sort();
  if (after === undefined) {
    return sorted.length <= wideAtOnce ? { now: sorted } : { now: [], restAfter: '' };
  }
  const now = sorted.slice(0, wideSlice(events));
  const last = now.at(-1);
  return now.length < sorted.length && last !== undefined ? { now, restAfter: last } : { now };
}
