/** The servers that may be on a page, from the index with the fewest others. */

import { mergedPages, type ServerIndex } from '../../../domain/servers/server-listing.ts';
import { nameAt, placeOfServer, uuidAt } from '../../../domain/servers/server-place.ts';
import { slices } from '../../../domain/slices.ts';
import type { SeenInstance } from '../../../flows/read-servers.ts';
import { mostServersRead, type ServerFilter, type ServerPages } from './server-pages.ts';

/** The most servers that are read at once. The first read has the limit of the page. */
export const mostTogether = 1000;

/** Whether a server that was read is in the list of the filter. */
export const isInList =
  ({ tests, deleted }: ServerFilter) =>
  ({ instance }: SeenInstance): boolean =>
    (deleted !== 'only' || instance.deleted || instance.vm_state === 'deleted') &&
    tests.every((test) => test(instance));

/** Some of the servers that may be on the page, settled. */
export type ServerCandidates = {
  readonly seen: readonly SeenInstance[];
  /** How many servers were looked at: those above, or those whose names do not fit. */
  readonly looked: number;
  /** The uuid of the last of them in the order of the index. */
  readonly last: string | undefined;
};

/** Servers that may be on the page, in order. Reads only as far as its caller iterates. */
export async function* serverCandidates(
  deps: ServerPages,
  filter: ServerFilter,
  marker: SeenInstance | undefined,
): AsyncGenerator<ServerCandidates> {
  const also = { deleted: filter.deleted !== 'no' };
  let together = filter.limit;
  for await (const places of await placesOf(deps, filter, marker)) {
    const named = places.filter(mayBeNamed(filter));
    for (const some of slices(named.map(uuidAt), together)) {
      yield { seen: await deps.allSeen(some, also), looked: some.length, last: some.at(-1) };
    }
    const skipped = places.length - named.length;
    const last = places.at(-1);
    if (skipped > 0) yield { seen: [], looked: skipped, last: last && uuidAt(last) };
    together = Math.min(together * 2, mostTogether);
  }
}
/** Whether the key of a server has a name that fits, or no name: then the server may have any. */
const mayBeNamed =
  ({ names }: ServerFilter) =>
  (place: string): boolean => {
    const name = nameAt(place);
    return name === undefined || names.every((test) => test(name));
  };

type Places = AsyncIterable<readonly string[]> | readonly (readonly string[])[];

/** Sort keys of servers, from the index with the fewest servers that are not in the list. */
async function placesOf(
  deps: ServerPages,
  filter: ServerFilter,
  marker: SeenInstance | undefined,
): Promise<Places> {
  const { uuid, host, project_id, limit, names, order } = filter;
  if (uuid !== undefined) return [[`#${uuid.toLowerCase()}`]];
  const after = marker && placeOfServer(marker.instance);
  if (host === undefined && project_id === undefined) {
    const changed = await placesOfChanged(deps, filter, after);
    if (changed) return slices(changed, Math.max(limit, 100));
  }
  // A key is a small part of a row: a query of a megabyte has some 5,000, and few rows follow.
  const pages =
    names.length > 0 ? { first: mostServersRead, longest: mostServersRead } : { first: limit };
  const range = { after, oldestFirst: order.oldestFirst, ...pages };
  return mergedPages(
    indexesOf(filter).map((list) => deps.listed(list, range)),
    order.oldestFirst,
  );
}

/** Sorts after every time. */
const endOfTime = '~';

/**
 * Sort keys of changed servers, in order; undefined if the filter has no `since`, or if there are
 * too many.
 */
async function placesOfChanged(
  deps: ServerPages,
  { since, before = endOfTime, order: { oldestFirst } }: ServerFilter,
  after: string | undefined,
): Promise<readonly string[] | undefined> {
  if (since === undefined) return undefined;
  const places = await deps.changedBetween({ since, before }, mostServersRead);
  const sign = oldestFirst ? 1 : -1;
  return places
    ?.filter((place) => after === undefined || (oldestFirst ? place > after : place < after))
    .sort((a, b) => (a < b ? -sign : sign));
}

/** The lists that together have all servers of a filter. */
function indexesOf({ host, project_id, vm_states, deleted }: ServerFilter): readonly ServerIndex[] {
  const gone: ServerIndex =
    project_id === undefined
      ? { by: 'state', vm_state: 'deleted' }
      : { by: 'project', project_id, deleted: true };
  const there = ((): readonly ServerIndex[] => {
    if (host !== undefined) return [{ by: 'host', host }];
    if (project_id !== undefined) return [{ by: 'project', project_id, deleted: false }];
    if (vm_states) return vm_states.map((vm_state) => ({ by: 'state', vm_state }));
    return [{ by: 'time' }];
  })();
  if (deleted === 'no') return there;
  // A server that a feed reports in the state `deleted` has no tombstone; the list of the state has it.
  const apart = deleted === 'only' && host === undefined && project_id === undefined;
  return apart ? [gone] : [...there, gone];
}
