/**
 * The feed of changes: which things changed lately, by id, for pages that show them. It holds no states;
 * these are read by id. Decision: docs/adr/0039.
 */
import * as z from 'zod';
import { Moment, momentOf } from '../time.ts';

/** The kinds of things in the feed; hosts are named by their names, all others by their ids. */
export const changeKinds = ['hosts', 'servers', 'ports', 'faults', 'conditions', 'alarms'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** The things that changed, by kind; a kind without changes is absent. */
export type Changed = Partial<Record<ChangeKind, readonly string[]>>;

/** What changed, for those who may read the scope. */
export type ChangeNote = { readonly scope: string; readonly changed: Changed };

/** The scope of administrators: all changes of all projects. */
export const operatorsScope = 'operators';
/** The scope of a project's callers: its servers, ports, faults and alarms. */
export const scopeOfProject = (project_id: string): string => `project#${project_id}`;

/** A row of the feed: a note with its place in the order of its scope, `<moment>#<8 hex digits>`. */
export const ChangeRow = z.object({
  place: z.string(),
  changed: z.partialRecord(z.enum(changeKinds), z.array(z.string())),
});
export type ChangeRow = z.infer<typeof ChangeRow>;

/** How long rows are kept, in seconds. */
export const keptSeconds = 3_600;
/** The oldest cursor that is answered, in milliseconds: no row that it still needs has expired. */
const oldestCursorMs = 50 * 60_000;
/**
 * How far a reader looks back, in milliseconds. A row may become visible after a row with a later moment;
 * a writer that takes longer than `slowWriteMs` writes its row again.
 */
const overlapMs = 5_000;
export const slowWriteMs = 2_000;
/**
 * The most rows of an answer, and the most of them that a cursor names: fewer, so that each answer
 * gets on.
 */
export const mostRows = 200;
const mostSeen = 100;
/** The most ids of a kind in an answer. */
const mostIds = 500;

/** Where a reader is: it has read all rows before the moment, and the named rows after it. */
export type FeedCursor = { readonly from: string; readonly seen: readonly string[] };

/** The cursor of a reader that begins now. */
export const startCursor = (now: string): FeedCursor => ({ from: now, seen: [] });

/** The cursor as a text: a moment, and the ends of the places that were read. */
export const cursorText = ({ from, seen }: FeedCursor): string => [from, ...seen].join('~');

/** The cursor in a text; undefined if it is not one. */
export function readCursor(text: string): FeedCursor | undefined {
  const [from = '', ...seen] = text.split('~');
  if (!Moment.safeParse(from).success || seen.length > mostSeen) return undefined;
  return seen.every((id) => /^[0-9a-f]{8}$/.test(id)) ? { from, seen } : undefined;
}

/** Whether rows after the cursor may have expired: the reader must read everything again. */
export const isTooOld = ({ from }: FeedCursor, now: string): boolean =>
  Date.parse(now) - Date.parse(from) > oldestCursorMs;

/** What a reader gets: the changes, the kinds of which too many things changed, and where it is now. */
export type Changes = {
  readonly changed: Changed;
  readonly reload: readonly ChangeKind[];
  readonly cursor: FeedCursor;
};

const momentIn = ({ place }: ChangeRow): string => place.slice(0, place.indexOf('#'));
const idIn = ({ place }: ChangeRow): string => place.slice(place.indexOf('#') + 1);

/**
 * The changes after a cursor.
 * @param rows in their order, from the cursor's moment on: at most `mostRows`, or one more if there are more.
 */
export function changesAfter(cursor: FeedCursor, rows: readonly ChangeRow[], now: string): Changes {
  const page = rows.slice(0, mostRows);
  const seen = new Set(cursor.seen);
  const fresh = page.filter((row) => !seen.has(idIn(row)));
  const all = changeKinds.map((kind) => {
    const ids = new Set(fresh.flatMap(({ changed }) => changed[kind] ?? []));
    return { kind, ids: [...ids] };
  });
  const few = all.filter(({ ids }) => ids.length > 0 && ids.length <= mostIds);
  return {
    changed: Object.fromEntries(few.map(({ kind, ids }) => [kind, ids])),
    reload: all.filter(({ ids }) => ids.length > mostIds).map(({ kind }) => kind),
    cursor: cursorAfter(cursor, page, rows.length > page.length ? undefined : now),
  };
}

/** The next cursor. @param now undefined if there are more rows than were read. */
function cursorAfter(
  cursor: FeedCursor,
  page: readonly ChangeRow[],
  now: string | undefined,
): FeedCursor {
  const last = page.at(-1);
  const end = now ?? (last && momentIn(last)) ?? cursor.from;
  const back = momentOf(Date.parse(end) - overlapMs);
  const from = back > cursor.from ? back : cursor.from;
  const recent = page.filter((row) => momentIn(row) >= from);
  const kept = recent.slice(-mostSeen);
  const [first] = kept;
  return {
    from: first && kept.length < recent.length ? momentIn(first) : from,
    seen: kept.map(idIn),
  };
}

/** Whether there is anything to answer. */
export const hasChanges = ({ changed, reload }: Changes): boolean =>
  reload.length > 0 || Object.keys(changed).length > 0;

/** Notes of things of one kind: for administrators all of them, for each project its own. */
export function notesOfKind(
  kind: ChangeKind,
  things: readonly { readonly id: string; readonly project_id: string }[],
): ChangeNote[] {
  if (things.length === 0) return [];
  const noteOf = (scope: string, its: readonly { readonly id: string }[]): ChangeNote => ({
    scope,
    changed: { [kind]: [...new Set(its.map(({ id }) => id))] },
  });
  const ofProjects = Map.groupBy(
    things.filter(({ project_id }) => project_id !== ''),
    ({ project_id }) => project_id,
  );
  return [
    noteOf(operatorsScope, things),
    ...[...ofProjects].map(([project_id, its]) => noteOf(scopeOfProject(project_id), its)),
  ];
}

/** The notes with one for each scope. */
export function merged(notes: readonly ChangeNote[]): ChangeNote[] {
  return [...Map.groupBy(notes, ({ scope }) => scope)].map(([scope, its]) => ({
    scope,
    changed: Object.fromEntries(
      changeKinds.flatMap((kind) => {
        const ids = new Set(its.flatMap(({ changed }) => changed[kind] ?? []));
        return ids.size > 0 ? [[kind, [...ids]] as const] : [];
      }),
    ),
  }));
}
