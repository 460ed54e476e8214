/**
 * A page of servers. It is read from the index with the fewest other servers, no further than
 * needed.
 */
import { DomainError } from '../../../domain/errors.ts';
import { placeOfServer } from '../../../domain/servers/server-place.ts';
import type { SeenInstance } from '../../../flows/read-servers.ts';
import { isInList, serverCandidates } from './server-candidates.ts';
import {
  mostServersRead,
  type ServerFilter,
  type ServerPage,
  type ServerPages,
} from './server-pages.ts';
import { sortedPage } from './sorted-servers.ts';

/** The page of a filter. @throws invalid if its marker is not a server of the list's project. */
export async function pageOfServers(deps: ServerPages, filter: ServerFilter): Promise<ServerPage> {
  const none = filter.limit === 0 || filter.vm_states?.length === 0;
  if (none) return { servers: [], next: undefined };
  const marker = await markerOf(deps, filter);
  const { compare } = filter.order;
  return compare ? sortedPage(deps, filter, compare, marker) : pageInOrder(deps, filter, marker);
}

/** A page in the order of the indexes. */
async function pageInOrder(
  deps: ServerPages,
  filter: ServerFilter,
  marker: SeenInstance | undefined,
): Promise<ServerPage> {
  const { limit, order } = filter;
  const sign = order.oldestFirst ? 1 : -1;
  const inOrder = (a: SeenInstance, b: SeenInstance): number =>
    placeOfServer(a.instance) < placeOfServer(b.instance) ? -sign : sign;
  const found: SeenInstance[] = [];
  let looked = 0;
  let last = filter.marker;
  for await (const some of serverCandidates(deps, filter, marker)) {
    // The sort key of a row may differ from that in the index, which lags.
    const after = marker ? some.seen.filter((each) => inOrder(marker, each) < 0) : some.seen;
    found.push(...after.filter(isInList(filter)).sort(inOrder));
    looked += some.looked;
    last =
      (some.seen.length > 0 ? [...after].sort(inOrder).at(-1)?.instance.uuid : some.last) ?? last;
    if (found.length >= limit) break;
    if (looked >= mostServersRead) return { servers: found, next: last };
  }
  const servers = found.slice(0, limit);
  const full = servers.length === limit;
  return { servers, next: full ? servers.at(-1)?.instance.uuid : undefined };
}

async function markerOf(
  deps: ServerPages,
  { marker, project_id, deleted }: ServerFilter,
): Promise<SeenInstance | undefined> {
  if (marker === undefined) return undefined;
  const [seen] = await deps.allSeen([marker.toLowerCase()], { deleted: deleted !== 'no' });
  if (!seen || (project_id !== undefined && seen.instance.project_id !== project_id)) {
    throw new DomainError('invalid', `marker [${marker}] not found`);
  }
  return seen;
}
