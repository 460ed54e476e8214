/** Routes of the surfaces, for callers with a token. */

import { type Role, requireRole } from '../../domain/identity/access.ts';
import type { Microversion } from './microversion.ts';
import { type PathMatch, pathMatcher } from './path-pattern.ts';
import type { Query } from './query.ts';
import { type Reader, type RouteSchemas, readWith, schemasOf, withoutJson } from './readers.ts';
import { type ApiResponse, type AuthenticRequest, readJson } from './request.ts';

/** What a handler of a route gets: everything is parsed. */
export type RouteRequest<Body, Args, Before = unknown> = Omit<AuthenticRequest, 'text'> & {
  /** What the route's `body` returns. */
  readonly body: Body;
  /** What the route's `query` returns. The property `query` keeps the raw values, for links. */
  readonly args: Args;
  /** What the route's `before` returns; undefined for a route without it. */
  readonly before: Before;
  /** The requested version on the surface that has microversions; 2.1 on the others. */
  readonly microversion: Microversion;
};

/**
 * A route. A request is refused in this order: text that is not JSON, `query`, `before`, `body`,
 * `roles`, `handle`.
 */
type Definition<Body, Args, Before> = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Pattern of path-to-regexp below the surface's prefix: `/v2.1/servers/:id`. */
  readonly path: string;
  /** The caller needs one of these roles. They are checked after body and query, as Nova does. */
  readonly roles?: readonly Role[];
  /** First and last microversion that has the route. For other versions it is a 404. */
  readonly versions?: { readonly from?: string; readonly to?: string };
  /** Whether monitors use it: `Authorization`, Basic and Bearer, is accepted beside `X-Auth-Token`. */
  readonly basic?: boolean;
  /** Reads the query, a map from each name to all its values; `ignored` if the route has none. */
  readonly query: Reader<Query, AuthenticRequest, Args>;
  /**
   * Reads the JSON of the body, undefined if no body was sent; `ignored` if the route has none,
   * `bodySent` if `handle` refuses one.
   */
  readonly body: Reader<unknown, AuthenticRequest, Body>;
  readonly handle: (request: RouteRequest<Body, Args, Before>) => Promise<ApiResponse>;
};

/** Checks what comes before the body. `json` is the body, not read yet. */
type Before<Checked> = (request: AuthenticRequest, json: unknown) => Checked | Promise<Checked>;

/** A route that hides the types of its body and query, so that one list holds all routes. */
export type Route = {
  readonly method: string;
  /** Pattern below the surface's prefix, as it was declared. */
  readonly path: string;
  /** The roles that the route declares; undefined if its handler decides who may use it. */
  readonly roles?: readonly Role[];
  readonly basic: boolean;
  readonly versions: { readonly from?: string; readonly to?: string };
  readonly match: PathMatch;
  /** The schemas of its query and body, for the OpenAPI document; undefined where functions read them. */
  readonly schemas: RouteSchemas;
  readonly run: (request: AuthenticRequest, microversion: Microversion) => Promise<ApiResponse>;
};

/** A route for callers with a token. Body and query are parsed before the roles are checked. */
export const route = <Body, Args>(definition: Definition<Body, Args, undefined>): Route =>
  makeRoute(definition, () => undefined);

/**
 * A route of an API that checks something before it looks at the body, such as a role, or that the
 * resource exists. The handler gets what `before` returns.
 */
export const guardedRoute = <Body, Args, Checked>({
  before,
  ...definition
}: { readonly before: Before<Checked> } & Definition<Body, Args, Checked>): Route =>
  makeRoute(definition, before);

function makeRoute<Body, Args, Checked>(
  definition: Definition<Body, Args, Checked>,
  before: Before<Checked>,
): Route {
  const { method, path, handle, roles, versions = {}, basic = false } = definition;
  return {
    method,
    path,
    ...(roles && { roles }),
    basic,
    versions,
    match: pathMatcher(path),
    schemas: schemasOf(definition),
    run: async (request, microversion) => {
      const json = withoutJson.has(definition.body) ? undefined : readJson(request);
      const args = readWith(definition.query, { input: request.query, request, where: 'query' });
      const checked = await before(request, json);
      const body = readWith(definition.body, { input: json, request, where: '' });
      if (roles) requireRole(request.caller, ...roles);
      return handle({ ...request, body, args, before: checked, microversion });
    },
  };
}
