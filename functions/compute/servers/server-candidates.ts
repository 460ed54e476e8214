/** The servers that may be on a page, from the index with the fewest others. */

import {
  mergedPages,
  placeOfServer,
  type ServerIndex,
  uuidAt,
} from '../../../domain/servers/server-listing.ts';
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

/** Servers that may be on the page, settled, in order. Reads only as far as its caller iterates. */
export async function* serverCandidates(
  deps: ServerPages,
  filter: ServerFilter,
  marker: SeenInstance | undefined,
): AsyncGenerator<readonly SeenInstance[]> {
  const also = { deleted: filter.deleted !== 'no' };
  let together = filter.limit;
  for await (const places of await placesOf(deps, filter, marker)) {
    for (const some of slices(places, together)) yield deps.allSeen(some.map(uuidAt), also);
    together = Math.min(together * 2, mostTogether);
  }
}

type Places = AsyncIterable<readonly string[]> | readonly (readonly string[])[];

/** Sort keys of servers, from the index with the fewest servers that are not in the list. */
async function placesOf(
  deps: ServerPages,
  filter: ServerFilter,
  marker: SeenInstance | undefined,
): Promise<Places> {
  const { uuid, host, project_id, limit, order } = filter;
  if (uuid !== undefined) return [[`#${uuid.toLowerCase()}`]];
  const after = marker && placeOfServer(marker.instance);
  if (host === undefined && project_id === undefined) {
    const changed = await placesOfChanged(deps, filter, after);
    if (changed) return slices(changed, Math.max(limit, 100));
  }
  const range = { after, oldestFirst: order.oldestFirst, first: limit };
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
