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
import type { LastCounts } from './last-counts.ts';
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
  readonly lastCounts: LastCounts;
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

/** Alarms that name a resource, or those of a whole project. */
type Kind = Cursor['of'];

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
  deps: FindDeps,
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
  const byProject = Map.groupBy(events, projectOfEvent);
  const { counts, found } = await lookUp(deps, { byProject, from, most });
  const idsBy = (kind: Kind) => (event: DoctorEvent) =>
    mayHave(kind, counts.get(projectOfEvent(event)))
      ? [...new Set(keysOf[kind](event).flatMap((key) => found.get(key) ?? []))]
      : [];
  const [namedBy, wideBy] = [idsBy('named'), idsBy('wide')];
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

/** The ids of alarms by their key. No key is of both kinds, or of two projects. */
type Found = ReadonlyMap<string, readonly string[]>;
type Counts = ReadonlyMap<string, AlarmCounts>;

const keysOf: Record<Kind, (event: DoctorEvent) => string[]> = {
  named: resourceKeysOfEvent,
  wide: projectKeysOfEvent,
};

/**
 * Whether a project may have alarms of the kind. One that names no resource may name one in its `clear`,
 * so `named` may be any of them.
 */
const mayHave = (kind: Kind, { all, wide }: AlarmCounts = noAlarms): boolean =>
  (kind === 'wide' ? wide : all) > 0;

/** What is looked up: the events of each project, and how many ids of a key are taken. */
type Asked = {
  readonly byProject: ReadonlyMap<string, readonly DoctorEvent[]>;
  readonly from: Cursor | undefined;
  readonly most: Readonly<Record<Kind, number | undefined>>;
};

/**
 * Reads the counts of the projects and, at the same time, the keys of those that had alarms when they were
 * asked before; then the keys of those that turn out to have alarms.
 */
async function lookUp(
  { alarmCounts, lastCounts, ...deps }: FindDeps,
  asked: Asked,
): Promise<{ readonly counts: Counts; readonly found: Found }> {
  const projects = [...asked.byProject.keys()];
  const last = lastCounts.of(projects);
  const [counts, early] = await Promise.all([alarmCounts(projects), idsOf(deps, asked, last)]);
  lastCounts.note(projects, counts);
  const late = await idsOf(deps, asked, counts, last);
  return { counts, found: new Map([...early, ...late]) };
}

/** The ids under the keys of projects that have alarms by these counts, and had none by those of `before`. */
async function idsOf(
  { alarmsUnder }: Pick<FindDeps, 'alarmsUnder'>,
  { byProject, from, most }: Asked,
  counts: Counts,
  before: Counts = new Map(),
): Promise<[key: string, ids: readonly string[]][]> {
  const after = from?.after ? { after: from.after } : {};
  const idsOfKind = async (kind: Kind): Promise<Found> => {
    const keys = [...byProject].flatMap(([project_id, its]): ProjectKeys[] => {
      const now = counts.get(project_id) ?? noAlarms;
      if (!mayHave(kind, now) || mayHave(kind, before.get(project_id))) return [];
      return [{ project_id, keys: [...new Set(its.flatMap(keysOf[kind]))], alarms: now.all }];
    });
    if (keys.every((each) => each.keys.length === 0)) return new Map();
    const limit = most[kind];
    // One more than is taken shows whether there is a rest.
    return alarmsUnder(keys, limit === undefined ? undefined : { ...after, most: limit + 1 });
  };
  const kinds: readonly Kind[] = from ? [from.of] : ['named', 'wide'];
  return (await Promise.all(kinds.map(idsOfKind))).flatMap((found) => [...found]);
}
