/** Finds the route of a request among the routes of a surface. */
import { DomainError } from '../../domain/errors.ts';
import { type Microversion, within } from './microversion.ts';
import type { PublicRoute } from './public-route.ts';
import type { Route } from './route.ts';

/** The methods that a route of this method answers. HEAD is GET without the body (RFC 9110). */
const publicMethods = (method: string): readonly string[] =>
  method === 'GET' ? ['GET', 'HEAD'] : [method];

type PublicFind = {
  /** The route, with the path's parameters; undefined if none of the path has the method. */
  readonly found?: { route: PublicRoute; params: Readonly<Record<string, string>> };
  /** The methods that public routes have for the path. */
  readonly allowed: ReadonlySet<string>;
};

/** The public route of a request, and the methods that its path has without a token. */
export function findPublicRoute(
  routes: readonly PublicRoute[],
  { method, path }: { readonly method: string; readonly path: string },
): PublicFind {
  const allowed = new Set<string>();
  for (const route of routes) {
    const params = route.match(path);
    if (!params) continue;
    const methods = publicMethods(route.method);
    if (methods.includes(method)) return { found: { route, params }, allowed };
    for (const each of methods) allowed.add(each);
  }
  return { allowed };
}

/** Every method that some route of a surface has, for the answer to a browser's preflight. */
export const methodsOf = (routes: readonly Route[], open: readonly PublicRoute[]): Set<string> =>
  new Set([
    ...routes.map(({ method }) => method),
    ...open.flatMap(({ method }) => publicMethods(method)),
  ]);

type SoughtRoute = {
  readonly method: string;
  readonly path: string;
  readonly microversion: Microversion;
  /** The methods that public routes have for the path. */
  readonly allowed: ReadonlySet<string>;
};

/**
 * The route of a request.
 * @throws DomainError `not_found` if no route has the path, or only routes of other versions have it;
 * `method_not_allowed` if no route of the path has the method.
 */
export function findRoute(
  routes: readonly Route[],
  { method, path, microversion, allowed: open }: SoughtRoute,
): { route: Route; params: Readonly<Record<string, string>> } {
  const allowed = new Set(open);
  let absent = false;
  for (const route of routes) {
    const params = route.match(path);
    if (!params) continue;
    if (!within(microversion, route.versions)) {
      absent ||= route.method === method;
      continue;
    }
    if (route.method === method) return { route, params };
    allowed.add(route.method);
  }
  if (allowed.size > 0 && !absent) {
    throw new DomainError('method_not_allowed', `The method ${method} is not allowed here.`, {
      Allow: [...allowed].sort().join(', '),
    });
  }
  throw new DomainError('not_found', 'The resource could not be found.');
}
