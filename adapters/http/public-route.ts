/** Routes that need no token. */

import { type PathMatch, pathMatcher } from './path-pattern.ts';
import type { Query } from './query.ts';
import {
  ignored,
  type Reader,
  type RouteSchemas,
  readWith,
  schemasOf,
  withoutJson,
} from './readers.ts';
import { type ApiResponse, type RawRequest, readJson } from './request.ts';

/** A route that needs no token, such as a version document. */
export type PublicRoute = {
  readonly method: string;
  /** Pattern below the surface's prefix. */
  readonly path: string;
  readonly match: PathMatch;
  /** The schemas of its query and body, for the OpenAPI document. */
  readonly schemas: RouteSchemas;
  readonly run: (request: RawRequest) => Promise<ApiResponse>;
  /** True if the route only refuses its method: it is no part of the reference. */
  readonly refuses?: boolean;
};

/** What a handler of a public route gets: everything is parsed. */
export type PublicRequest<Body, Args> = Omit<RawRequest, 'text'> & {
  readonly body: Body;
  readonly args: Args;
};

type PublicDefinition<Body, Args> = {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly path: string;
  readonly query: Reader<Query, RawRequest, Args>;
  readonly body: Reader<unknown, RawRequest, Body>;
  readonly handle: (request: PublicRequest<Body, Args>) => Promise<ApiResponse> | ApiResponse;
};

/** A public route that reads neither body nor query. */
export const publicRoute = (
  definition: Omit<PublicDefinition<undefined, undefined>, 'body' | 'query'>,
): PublicRoute => parsedPublicRoute({ ...definition, query: ignored, body: ignored });

/** A public route with a body or a query. */
export function parsedPublicRoute<Body, Args>(
  definition: PublicDefinition<Body, Args>,
): PublicRoute {
  const { method, path, handle } = definition;
  return {
    method,
    path,
    match: pathMatcher(path),
    schemas: schemasOf(definition),
    run: async (request) => {
      const json = withoutJson.has(definition.body) ? undefined : readJson(request);
      const body = readWith(definition.body, { input: json, request, where: '' });
      const args = readWith(definition.query, { input: request.query, request, where: 'query' });
      return handle({ ...request, body, args });
    },
  };
}
