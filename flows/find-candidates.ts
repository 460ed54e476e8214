/**
 * The alarms that a message's events may concern. Those that name a resource come first and all at
 * once; those of a whole project follow in shares, the rest in a message of its own.
 */
import { projectKeysOfEvent, resourceKeysOfEvent } from '../domain/alarms/lookup.ts';
import { oldestFirst } from '../domain/alarms/order.ts';
import { wideAtOnce, wideShare, wideSlice } from '../domain/alarms/wide-share.ts';
import { type DoctorEvent, projectOfEvent } from '../domain/events/event.ts';

/** Which ids of each key are wanted: those after one, and how many; all where nothing is said. */
export type LookupBounds = { readonly after?: string; readonly most?: number };

export type FindDeps = {
  /** Ids of the alarms that are to be found under each key, as the index shows them. */
  readonly alarmsUnder: (
    keys: readonly string[],
    bounds?: LookupBounds,
  ) => Promise<ReadonlyMap<string, readonly string[]>>;
};

/** Events of one project whose alarms of the whole project are evaluated later: those after an id. */
export type Rest = { readonly events: readonly DoctorEvent[]; readonly after: string };

export type Candidates = {
  /** For the id of each alarm its events, oldest first. */
  readonly eventsOf: ReadonlyMap<string, readonly DoctorEvent[]>;
  readonly rests: readonly Rest[];
};

/**
 * Finds the alarms of the events, each event once. With `after`, which a rest of before has, only those
 * of the whole project that come after it.
 */
export async function findCandidates(
  { alarmsUnder }: FindDeps,
  given: readonly DoctorEvent[],
  after: string | undefined,
): Promise<Candidates> {
  const events = oldestFirst([
    ...new Map(given.map((event) => [event.message_id, event])).values(),
  ]);
  const namedBy = new Map(
    events.map((event) => [event, after === undefined ? resourceKeysOfEvent(event) : []]),
  );
  const wideBy = new Map(events.map((event) => [event, projectKeysOfEvent(event)]));
  const [named, wide] = await Promise.all([
    alarmsUnder(distinct(namedBy)),
    // One more than is evaluated: is there a rest?
    alarmsUnder(
      distinct(wideBy),
      after === undefined
        ? { most: wideAtOnce + 1 }
        : { after, most: wideSlice(events.length) + 1 },
    ),
  ]);
  const now = new Set<string>();
  const rests: Rest[] = [];
  for (const [, its] of Map.groupBy(events, projectOfEvent)) {
    const ids = its.flatMap((event) => idsUnder(wide, wideBy.get(event)));
    const share = wideShare(ids, { events: events.length, after });
    for (const id of share.now) now.add(id);
    if (share.restAfter !== undefined) rests.push({ events: its, after: share.restAfter });
  }
  const eventsOf = new Map<string, DoctorEvent[]>();
  for (const event of events) {
    const its = idsUnder(wide, wideBy.get(event)).filter((id) => now.has(id));
    for (const id of new Set([...idsUnder(named, namedBy.get(event)), ...its])) {
      eventsOf.set(id, [...(eventsOf.get(id) ?? []), event]);
    }
  }
  return { eventsOf, rests };
}

const distinct = (keysOf: ReadonlyMap<DoctorEvent, readonly string[]>): string[] => [
  ...new Set([...keysOf.values()].flat()),
];

const idsUnder = (
  found: ReadonlyMap<string, readonly string[]>,
  keys: readonly string[] = [],
): readonly string[] => keys.flatMap((key) => found.get(key) ?? []);
