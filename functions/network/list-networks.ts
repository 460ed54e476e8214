/** A page of networks. The registry is small: all networks of the caller are read, then sorted. */

import type { Query } from '../../adapters/http/query.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { canRead, listedProject, notFound } from '../../domain/ports/port-access.ts';
import type { NetworkDeps } from './deps.ts';
import { fieldsOf, picked } from './fields.ts';
import { readOrder } from './list-order.ts';
import { networkView } from './network-input.ts';
import { networkFilter, networkSortKeys } from './network-list.ts';
import { type ShownPage, shownPage } from './page.ts';
import { readPage } from './page-request.ts';

/** The query of `GET /v2.0/networks`. @throws HTTPBadRequest */
export const readNetworkList = (query: Query) => ({
  test: networkFilter(query),
  compare: readOrder(query, networkSortKeys).compare,
  page: readPage(query),
  fields: fieldsOf(query),
});

/** The requested page. @throws NetworkNotFound for a marker that the caller may not see. */
export async function listNetworks(
  deps: Pick<NetworkDeps, 'networksOf'>,
  caller: Caller,
  { test, compare, page, fields }: ReturnType<typeof readNetworkList>,
): Promise<ShownPage> {
  const networks = await deps.networksOf(listedProject(caller));
  const seen = networks.filter((network) => canRead(caller, network)).map(networkView);
  const marker = seen.find(({ id }) => id === page.marker?.toLowerCase());
  if (page.marker !== undefined && !marker) throw notFound('Network', page.marker);
  const sign = page.reverse ? -1 : 1;
  const nearest = seen
    .filter((view) => test(view) && (!marker || compare(view, marker) * sign > 0))
    .sort((a, b) => compare(a, b) * sign)
    .slice(0, page.size);
  const inOrder = page.reverse ? nearest.reverse() : nearest;
  return shownPage(inOrder, page, (view) => picked(view, fields));
}
