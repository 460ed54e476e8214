/** A route of the surface: it reads the version of the request, and its answer names it. */

import type { Query } from '../../../adapters/http/query.ts';
import type { Reader } from '../../../adapters/http/readers.ts';
import type { ApiResponse, AuthenticRequest } from '../../../adapters/http/request.ts';
import { guardedRoute, type Route, type RouteRequest } from '../../../adapters/http/route.ts';
import type { Role } from '../../../domain/identity/access.ts';
import { haVersionHeaders, haVersionOf } from './ha-version.ts';

/** What a handler gets; `before` is the minor version. */
export type HaRequest<Body, Args> = RouteRequest<Body, Args, number>;

type HaDefinition<Body, Args> = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly roles: readonly Role[];
  /** Whether monitors use it: `Authorization` is accepted beside `X-Auth-Token`. */
  readonly basic?: boolean;
  readonly query: Reader<Query, AuthenticRequest, Args>;
  readonly body: Reader<unknown, AuthenticRequest, Body>;
  readonly handle: (request: HaRequest<Body, Args>) => Promise<ApiResponse>;
};

/** A route in all versions, for callers with one of the roles. */
export const haRoute = <Body, Args>(definition: HaDefinition<Body, Args>): Route =>
  guardedRoute({
    ...definition,
    before: ({ headers }) => haVersionOf(headers),
    handle: async (request) => {
      const answer = await definition.handle(request);
      return { ...answer, headers: { ...answer.headers, ...haVersionHeaders(request.before) } };
    },
  });
