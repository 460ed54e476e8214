/**
 * A page of faults, newest first: pages are read as needed, from the narrowest index that the query
 * names.
 */

import { DomainError } from '../../domain/errors.ts';
import { type Affected, placeOfFault } from '../../domain/hosts/affected.ts';
import type { Fault } from '../../domain/hosts/fault.ts';
import { isSameHost } from '../../domain/hosts/host-name.ts';

export type FaultFilter = {
  readonly status: 'open' | 'all';
  readonly host?: string | undefined;
  /** Only faults that affected instances or ports of this project. */
  readonly project_id?: string | undefined;
  /** Only faults raised at or after `since`, and at or before `until`. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly marker?: string | undefined;
  readonly limit: number;
};

type Between = { readonly from: string; readonly to: string };
type Pages<T> = AsyncIterable<readonly T[]>;

export type FaultPages = {
  /** In any order; unknown ids are left out. */
  readonly faults: (fault_ids: readonly string[]) => Promise<readonly Fault[]>;
  /** Newest page first; the first page has `first` at most, and pages grow. */
  readonly openFaults: (between: Between, first: number) => Pages<Fault>;
  readonly allFaults: (between: Between, first: number) => Pages<Fault>;
  readonly faultsOfHost: (host: string, between: Between, first: number) => Pages<Fault>;
  readonly faultsOfProject: (project_id: string, between: Between, first: number) => Pages<string>;
  readonly affectedIn: (
    project_id: string,
    fault_ids: readonly string[],
  ) => Promise<readonly Affected[]>;
};

/** A fault with its place in the list, by which the list is sorted. */
type Placed = { readonly fault: Fault; readonly place: string };

/** Texts that are sorted before and after every place: places begin with a digit. */
const [first, last] = ['0', '~'];

/** A page, and whether it is full: then there may be more. */
export async function pageOfFaults(
  deps: FaultPages,
  filter: FaultFilter,
): Promise<{ faults: readonly Fault[]; full: boolean }> {
  const { limit, marker, since = first, until } = filter;
  const before = marker === undefined ? undefined : await placeOfMarker(deps, marker, filter);
  // `$` comes right after the `#` that follows a moment in a place.
  const end = until === undefined ? last : `${until}$`;
  const to = before !== undefined && before < end ? before : end;
  if (limit === 0 || since > to) return { faults: [], full: false };
  const isListed = ({ fault, place }: Placed): boolean =>
    place >= since &&
    place <= to &&
    place !== before &&
    (filter.host === undefined || isSameHost(fault.host, filter.host)) &&
    (filter.status === 'all' || fault.cleared_at === null);
  const found: Placed[] = [];
  for await (const page of candidates(deps, filter, { from: since, to })) {
    found.push(...page.filter(isListed).sort((a, b) => (a.place < b.place ? 1 : -1)));
    if (found.length >= limit) break;
  }
  const faults = found.slice(0, limit).map(({ fault }) => fault);
  return { faults, full: faults.length === limit };
}

const placed = (fault: Fault): Placed => ({ fault, place: placeOfFault(fault) });

async function* candidates(
  deps: FaultPages,
  { host, project_id, status, limit, marker }: FaultFilter,
  between: Between,
): AsyncGenerator<readonly Placed[]> {
  // The range holds the marker, too.
  const first = marker === undefined ? limit : limit + 1;
  if (project_id !== undefined) {
    for await (const ids of deps.faultsOfProject(project_id, between, first)) {
      yield inProject(deps, project_id, ids);
    }
    return;
  }
  const pages =
    host !== undefined
      ? deps.faultsOfHost(host, between, first)
      : status === 'open'
        ? deps.openFaults(between, first)
        : deps.allFaults(between, first);
  for await (const page of pages) yield page.map(placed);
}

/** The faults of the ids that affected the project, each with its place in the project's list. */
async function inProject(
  deps: FaultPages,
  project_id: string,
  ids: readonly string[],
): Promise<Placed[]> {
  const [faults, affected] = await Promise.all([
    deps.faults(ids),
    deps.affectedIn(project_id, ids),
  ]);
  const places = new Map(affected.map((row) => [row.fault_id, placeOfFault(row)]));
  return faults.flatMap((fault) => {
    const place = places.get(fault.fault_id);
    return place === undefined ? [] : [{ fault, place }];
  });
}

async function placeOfMarker(
  deps: FaultPages,
  marker: string,
  { project_id }: FaultFilter,
): Promise<string> {
  const [found] =
    project_id === undefined
      ? (await deps.faults([marker])).map(placed)
      : await inProject(deps, project_id, [marker]);
  if (!found) throw new DomainError('invalid', `marker [${marker}] not found`);
  return found.place;
}
