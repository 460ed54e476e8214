/**
 * How many alarms are evaluated with an event at once. Alarms that name no resource are candidates for
 * every event of their project. A project may have many, and its events come often, so the more there
 * are, the later they follow: in slices, each a message of its own, so that other projects' messages
 * come between. Where nothing is urgent, alarms that name the resource are sliced as well.
 */

/** So many of a whole project are evaluated with the event itself: what they fire fits one transaction. */
export const wideAtOnce = 10;
/** The least of a slice. */
const leastPerSlice = 10;
/** Pairs of an event and an alarm in one slice: a quarter second of an evaluator's work, if all fire. */
const pairsPerSlice = 50;

/** Alarms of one slice, for a message of so many events. */
export const sliceSize = (events: number): number =>
  Math.max(leastPerSlice, Math.floor(pairsPerSlice / Math.max(events, 1)));

/** What of a project's alarms is evaluated now; the rest are those whose ids come after `restAfter`. */
export type AlarmShare = { readonly now: readonly string[]; readonly restAfter?: string };

const sorted = (ids: Iterable<string>): string[] => [...new Set(ids)].sort();

/** The first so many of the ids, in their order. */
export function firstShare(ids: Iterable<string>, most: number): AlarmShare {
  const all = sorted(ids);
  const now = all.slice(0, most);
  const last = now.at(-1);
  return now.length < all.length && last !== undefined ? { now, restAfter: last } : { now };
}

/** All of the ids of a whole project's alarms if they are few, else none. */
export function wideShare(ids: Iterable<string>): AlarmShare {
  const all = sorted(ids);
  return all.length <= wideAtOnce ? { now: all } : { now: [], restAfter: '' };
}
