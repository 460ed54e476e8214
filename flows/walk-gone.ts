/** Finds what Doctor has, and a page of a walk through the cloud does not show. */
import type { Port } from '../domain/ports/port.ts';
import type { Instance } from '../domain/servers/instance.ts';
import type { ServerIndex, ServerRange } from '../domain/servers/server-listing.ts';
import { uuidAt } from '../domain/servers/server-place.ts';

export type WalkGoneDeps = {
  /** Sort keys of servers in a list, as the index shows them, a page at a time. */
  readonly listed: (list: ServerIndex, range: ServerRange) => AsyncIterable<readonly string[]>;
  /** Ids of all ports after one of them, in order, as the index shows them, a page at a time. */
  readonly portIds: (
    among: { readonly index: 'listing' },
    walk: { readonly after?: string | undefined },
  ) => AsyncIterable<readonly string[]>;
  /** Rows read consistently, in any order; unknown ones are left out. */
  readonly instances: (uuids: readonly string[]) => Promise<readonly Instance[]>;
  readonly ports: (ids: readonly string[]) => Promise<readonly Port[]>;
};

/** A page of the cloud: its ids, and the range of Doctor's list that it covers; null: without an end. */
export type CoveredPage = {
  readonly ids: ReadonlySet<string>;
  readonly after: string | null;
  readonly last: string | null;
};

/** What Doctor has in the range of a page: how many, and the rows of a mirror that the page does not show. */
export type Comparison<Row> = { readonly known: number; readonly missing: readonly Row[] };

/** Keys of Doctor's own lists that are read at first for a page of the cloud. */
const pageLength = 500;

/**
 * The ids in Doctor's list that are in the range of a page, and that the page does not show.
 * @param pages of the list, from the begin of the range on.
 */
async function missingIn(
  pages: AsyncIterable<readonly string[]>,
  isCovered: (key: string) => boolean,
  { idOf, ids }: { readonly idOf: (key: string) => string; readonly ids: ReadonlySet<string> },
): Promise<Comparison<string>> {
  const missing: string[] = [];
  let known = 0;
  for await (const keys of pages) {
    const here = keys.filter(isCovered);
    known += here.length;
    missing.push(...here.map(idOf).filter((id) => !ids.has(id)));
    if (here.length < keys.length) break;
  }
  return { known, missing };
}

/**
 * Servers that Doctor has from the time of one page to that of the next. Each page takes those of its
 * times: from `after` on (not included) to `last`.
 */
export async function goneServers(
  deps: WalkGoneDeps,
  { ids, after, last }: CoveredPage,
): Promise<Comparison<Instance>> {
  const range = {
    after: after === null ? undefined : `${after}#`,
    oldestFirst: false,
    first: pageLength,
  };
  const isCovered = (place: string): boolean => last === null || place >= `${last}#`;
  const places = deps.listed({ by: 'time' }, range);
  const { known, missing } = await missingIn(places, isCovered, { idOf: uuidAt, ids });
  if (missing.length === 0) return { known, missing: [] };
  const rows = await deps.instances(missing);
  return { known, missing: rows.filter(({ mirrored, deleted }) => mirrored && !deleted) };
}

/** Ports that Doctor has in the range of ids of a page. */
export async function gonePorts(
  deps: WalkGoneDeps,
  { ids, after, last }: CoveredPage,
): Promise<Comparison<Port>> {
  const listed = deps.portIds({ index: 'listing' }, after === null ? {} : { after });
  const isCovered = (id: string): boolean => last === null || id <= last;
  const { known, missing } = await missingIn(listed, isCovered, { idOf: (id) => id, ids });
  if (missing.length === 0) return { known, missing: [] };
  const rows = await deps.ports(missing);
  return {
    known,
    missing: rows.filter(
      ({ mirrored_revision, deleted }) => mirrored_revision !== undefined && !deleted,
    ),
  };
}
