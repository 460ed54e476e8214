/**
 * How many alarms are evaluated with an event at once. Alarms that name no resource are candidates for
 * every event of their project. A project may have many, and its events come often, so the more there
 * are, the later they follow: in slices, each a message of its own, so that other projects' messages
 * come between. Where nothing is urgent, alarms that name the resource are sliced as well.
 */

/** So many of a whole project are evaluated with the event itself: what they fire fits one transaction. */
export const wideAtOnce = 10;
/**
 * Pairs of an event and an alarm in one slice: a quarter second of an evaluator's work, if all
 * fire. So many alarms are read in one request.
 */
export const pairsPerSlice = 100;
/** The least of a slice, in alarms, for a message of many events. */
const leastPerSlice = 10;

/** What of a project's alarms is evaluated now; the rest are those whose ids come after `restAfter`. */
export type AlarmShare = { readonly now: readonly string[]; readonly restAfter?: string };

const sorted = (ids: Iterable<string>): string[] => [...new Set(ids)].sort();

/**
 * The first of the ids, in their order, as many as have so many pairs; an id is given once for each
 * event that it is a pair with.
 */
export function firstShare(ids: readonly string[], pairs: number = pairsPerSlice): AlarmShare {
  const all = sorted(ids);
  const pairsOf = Map.groupBy(ids, (id) => id);
  let taken = 0;
  let room = pairs;
  for (const id of all) {
    room -= pairsOf.get(id)?.length ?? 0;
    if (taken === pairs || (room < 0 && taken >= leastPerSlice)) break;
    taken++;
  }
  const now = all.slice(0, taken);
  const last = now.at(-1);
  return taken < all.length && last !== undefined ? { now, restAfter: last } : { now };
}

/** All of the ids of a whole project's alarms if they are few, else none. */
export function wideShare(ids: Iterable<string>): AlarmShare {
  const all = sorted(ids);
  return all.length <= wideAtOnce ? { now: all } : { now: [], restAfter: '' };
}
