/** A page of servers in an order that no index has. */

import { DomainError } from '../../../domain/errors.ts';
import type { SeenInstance } from '../../../flows/read-servers.ts';
import { isInList, mostTogether, serverCandidates } from './server-candidates.ts';
import {
  mostServersRead,
  type ServerFilter,
  type ServerPage,
  type ServerPages,
} from './server-pages.ts';
import type { ServerOrder } from './server-sort.ts';

/**
 * A page in an order that no index has: all servers of the filter are read, up to
 * `mostServersRead`.
 */
export async function sortedPage(
  deps: ServerPages,
  filter: ServerFilter,
  compare: NonNullable<ServerOrder['compare']>,
  marker: SeenInstance | undefined,
): Promise<ServerPage> {
  const isAfter = ({ instance }: SeenInstance) => !marker || compare(instance, marker.instance) > 0;
  let servers: readonly SeenInstance[] = [];
  let looked = 0;
  for await (const some of serverCandidates(deps, { ...filter, limit: mostTogether }, undefined)) {
    looked += some.looked;
    if (looked > mostServersRead) {
      throw new DomainError(
        'invalid',
        `More than ${mostServersRead} servers cannot be sorted by sort_key. Name a project, host or status.`,
      );
    }
    // Only the page is kept in memory: rows may be large.
    servers = [...servers, ...some.seen.filter(isInList(filter)).filter(isAfter)]
      .sort((a, b) => compare(a.instance, b.instance))
      .slice(0, filter.limit);
  }
  const full = servers.length === filter.limit;
  return { servers, next: full ? servers.at(-1)?.instance.uuid : undefined };
}
