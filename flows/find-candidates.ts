/**
 * Finds the alarms that the events of a message may concern: those that name a resource, and those of a
 * whole project. Alarms beyond the first share are deferred: each rest becomes a message of its own.
 */
import { firstShare, pairsPerSlice, wideAtOnce, wideShare } from '../domain/alarms/alarm-share.ts';
import { projectKeysOfEvent, resourceKeysOfEvent } from '../domain/alarms/lookup.ts';
import { type AlarmCounts, noAlarms, type ProjectKeys } from '../domain/alarms/lookup-plan.ts';
import { oldestFirst } from '../domain/alarms/order.ts';
import { type DoctorEvent, projectOfEvent } from '../domain/events/event.ts';
import type { EventMessage } from '../domain/events/messages.ts';
import { groupedIn } from './silences-of.ts';

/** Which ids of each key are requested: those after an id, at most so many; without bounds all. */
export type LookupBounds = { readonly after?: string; readonly most?: number };

/** What the search needs from outside. */
export type FindDeps = {
  /** How many alarms each project has, read consistently; projects without alarms may be left out. */
  readonly alarmCounts: (
    project_ids: readonly string[],
  ) => Promise<ReadonlyMap<string, AlarmCounts>>;
  /** The ids of the alarms under each key, as the index shows them, in their order. */
  readonly alarmsUnder: (
    asked: readonly ProjectKeys[],
    bounds?: LookupBounds,
  ) => Promise<ReadonlyMap<string, readonly string[]>>;
};

/** Deferred alarms: those that name a resource (`named`) or of a whole project (`wide`), after an id. */
export type Cursor = NonNullable<EventMessage['rest']>;

/** Events of one project, and which of its alarms are deferred. */
export type Rest = { readonly events: readonly DoctorEvent[]; readonly rest: Cursor };

/** The alarms to evaluate now, and the deferred ones. */
export type Candidates = {
  /** The id of each alarm with its events, oldest first. */
  readonly eventsOf: ReadonlyMap<string, readonly DoctorEvent[]>;
  readonly rests: readonly Rest[];
  /** The ids of the silences that may apply; empty for projects without any. */
  readonly silences: readonly string[];
  /** The projects with subscriptions that want groups. */
  readonly grouped: ReadonlySet<string>;
};

const noneFound: ReadonlyMap<string, readonly string[]> = new Map();

type Search = {
  /** Deferred alarms of an earlier search; undefined: all alarms. */
  readonly from: Cursor | undefined;
  /** True: alarms that name a resource are deferred too, if there are many. */
  readonly slicesNamed: boolean;
};

/**
 * Finds the alarms of the events. An event that stands twice in a message counts once. No key is
 * requested of a project without alarms: its count is written with the alarm and read consistently,
 * so it is never behind the index.
 */
export async function findCandidates(
  { alarmCounts, alarmsUnder }: FindDeps,
  given: readonly DoctorEvent[],
  { from, slicesNamed }: Search,
): Promise<Candidates> {
  const distinct = [...new Map(given.map((event) => [event.message_id, event])).values()];
  const events = oldestFirst(distinct);
  const isSliced = { named: slicesNamed || from !== undefined, wide: from !== undefined };
  const most = {
    named: isSliced.named ? pairsPerSlice : undefined,
    wide: isSliced.wide ? pairsPerSlice : wideAtOnce,
  };
  const after = from?.after ? { after: from.after } : {};
  const byProject = Map.groupBy(events, projectOfEvent);
  const counts = await alarmCounts([...byProject.keys()]);
  const look = async (kind: Cursor['of'], keysOf: (event: DoctorEvent) => string[]) => {
    const isRequested = from === undefined || from.of === kind;
    const asked = [...byProject].flatMap(([project_id, its]): ProjectKeys[] => {
      const { all, wide } = counts.get(project_id) ?? noAlarms;
      // An alarm that names no resource may name one in its `clear`, so `named` may be any of them.
      if (!isRequested || (kind === 'wide' ? wide : all) <= 0) return [];
      return [{ project_id, keys: [...new Set(its.flatMap(keysOf))], alarms: all }];
    });
    const limit = most[kind];
    // One more than is taken shows whether there is a rest.
    const bounds = limit === undefined ? undefined : { ...after, most: limit + 1 };
    const isAsked = asked.some(({ keys }) => keys.length > 0);
    const found = isAsked ? await alarmsUnder(asked, bounds) : noneFound;
    return (event: DoctorEvent): string[] => [
      ...new Set(keysOf(event).flatMap((key) => found.get(key) ?? [])),
    ];
  };
  const [namedBy, wideBy] = await Promise.all([
    look('named', resourceKeysOfEvent),
    look('wide', projectKeysOfEvent),
  ]);
  const now = { named: new Set<string>(), wide: new Set<string>() };
  const rests: Rest[] = [];
  for (const its of byProject.values()) {
    const wide = its.flatMap(wideBy);
    const shares = {
      named: firstShare(its.flatMap(namedBy), most.named ?? Number.POSITIVE_INFINITY),
      wide: isSliced.wide ? firstShare(wide) : wideShare(wide),
    };
    for (const kind of ['named', 'wide'] as const) {
      const { now: taken, restAfter: after } = shares[kind];
      for (const id of taken) now[kind].add(id);
      if (after !== undefined) rests.push({ events: its, rest: { of: kind, after } });
    }
  }
  const eventsOf = new Map<string, DoctorEvent[]>();
  for (const event of events) {
    const named = namedBy(event).filter((id) => now.named.has(id));
    const wide = wideBy(event).filter((id) => now.wide.has(id));
    for (const id of new Set([...named, ...wide])) {
      eventsOf.set(id, [...(eventsOf.get(id) ?? []), event]);
    }
  }
  const silences = [...new Set([...counts.values()].flatMap((each) => each.silences ?? []))];
  return { eventsOf, rests, silences, grouped: groupedIn(counts) };
}
