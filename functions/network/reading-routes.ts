/** The routes that list and show ports or networks: docs/wire/network.md#lists-of-ports. */

import type { Query } from '../../adapters/http/query.ts';
import { ignored, type Reader } from '../../adapters/http/readers.ts';
import type { AuthenticRequest } from '../../adapters/http/request.ts';
import { type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { fieldsOf, picked } from './fields.ts';
import type { ShownPage } from './page.ts';
import { linksOf } from './page-links.ts';

/** How a kind of resource is read. `List` is what the query of a list says. */
type Reading<List> = {
  readonly readList: Reader<Query, AuthenticRequest, List>;
  readonly list: (caller: Caller, list: List) => Promise<ShownPage>;
  /** The view of the resource in the path. @throws if the caller may not know of it. */
  readonly show: (request: RouteRequest<unknown, unknown>) => Promise<Parameters<typeof picked>[0]>;
};

/** The two routes of a kind. Its bodies have the object under the name, a list under the plural. */
export const readingRoutes = <List>(
  name: 'port' | 'network',
  { readList, list, show }: Reading<List>,
): Route[] => [
  route({
    method: 'GET',
    path: `/v2.0/${name}s`,
    query: readList,
    body: ignored,
    handle: async (request) => {
      const shown = await list(request.caller, request.args);
      const links = linksOf(request, shown);
      return {
        status: 200,
        body: { [`${name}s`]: shown.views, ...(links.length > 0 && { [`${name}s_links`]: links }) },
      };
    },
  }),
  route({
    method: 'GET',
    path: `/v2.0/${name}s/:id`,
    query: fieldsOf,
    body: ignored,
    handle: async (request) => ({
      status: 200,
      body: { [name]: picked(await show(request), request.args) },
    }),
  }),
];
