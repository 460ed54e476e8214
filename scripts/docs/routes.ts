/** `docs/reference/routes.md`. */
import type { PublicRoute } from '../../adapters/http/public-route.ts';
import type { Route } from '../../adapters/http/route.ts';
import type { SurfaceRoutes } from '../../adapters/http/surface.ts';
import { code, generatedFrom, page, table } from './markdown.ts';
import type { RouteText } from './route-text.ts';
import { routeTexts, surfaceTexts } from './route-texts.ts';
import { surfaces } from './surfaces.ts';

/**
 * A method of a path, with what the code declares for it. Routes that differ only in their versions
 * are one item.
 */
export type ListedRoute = {
  readonly method: string;
  /** With the surface's prefix, and parameters in braces: `/compute/v2.1/servers/{id}`. */
  readonly path: string;
  /** Empty if none of its routes declares roles. */
  readonly roles: readonly string[];
  /** `from 2.53`, `to 2.42` or `2.11 to 2.52`; empty if all microversions have it. */
  readonly versions: string;
};

/** `/servers/:id` as `/servers/{id}`; a slash that may follow is left out. */
export const shownPath = (prefix: string, pattern: string): string =>
  `${prefix}${pattern.replace(/\{\/\}/g, '').replace(/:(\w+)/g, '{$1}')}`;

/** The key of a route's text. */
export const keyOf = ({ method, path }: Pick<ListedRoute, 'method' | 'path'>): string =>
  `${method} ${path}`;

const byVersion = (a: string, b: string): number => Number(a.slice(2)) - Number(b.slice(2));

function versionsOf(routes: readonly Route[]): string {
  const froms = routes.map(({ versions }) => versions.from ?? '2.1').sort(byVersion);
  const tos = routes.map(({ versions }) => versions.to ?? '').sort(byVersion);
  const from = froms[0] ?? '2.1';
  const to = tos.includes('') ? '' : tos.at(-1);
  if (to) return from === '2.1' ? `to ${to}` : `${from} to ${to}`;
  return from === '2.1' ? '' : `from ${from}`;
}

/** The routes of a surface that need a token, in the order of their definition. */
export function listedRoutes({
  prefix,
  routes,
}: Pick<SurfaceRoutes, 'prefix' | 'routes'>): ListedRoute[] {
  const groups = Map.groupBy(routes, ({ method, path }) =>
    keyOf({ method, path: shownPath(prefix, path) }),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const roles = [...new Set(group.flatMap((each) => each.roles ?? []))];
    const path = shownPath(prefix, first.path);
    return [{ method: first.method, path, roles, versions: versionsOf(group) }];
  });
}

/** The routes of a surface that need no token: its documents, and logins. */
export const listedPublicRoutes = (surface: SurfaceRoutes): ListedRoute[] =>
  (surface.publicRoutes ?? [])
    .filter(({ refuses = false }: PublicRoute) => !refuses)
    .map(({ method, path }) => ({
      method,
      path: shownPath(surface.prefix, path),
      roles: [],
      versions: '',
    }));

/** Every route of Doctor, public ones included. */
export const allRoutes: readonly ListedRoute[] = surfaces.flatMap((surface) => [
  ...listedPublicRoutes(surface),
  ...listedRoutes(surface),
]);

/** @throws if a route has no text. */
function textOf(route: ListedRoute): RouteText {
  const text = routeTexts[keyOf(route)];
  if (!text) throw new Error(`scripts/docs/route-texts.ts has no text for ${keyOf(route)}`);
  return text;
}

function rowOf(route: ListedRoute): string[] {
  const { does, who = '' } = textOf(route);
  return [code(keyOf(route)), does, route.roles.length > 0 ? route.roles.join(', ') : who];
}

function sectionOf(surface: SurfaceRoutes): string {
  const about = surfaceTexts[surface.prefix];
  if (!about) throw new Error(`scripts/docs/route-texts.ts has no text for ${surface.prefix}`);
  const open = [...Map.groupBy(listedPublicRoutes(surface), ({ path }) => path)].flatMap(
    ([path, [first, ...others]]) => {
      if (!first) return [];
      const methods = [first, ...others].map(({ method }) => method).join(', ');
      return [[code(`${methods} ${path}`), textOf(first).does, 'no token needed']];
    },
  );
  const routes = listedRoutes(surface);
  const versioned = surface.microversions === true;
  const rows = [...open, ...routes.map(rowOf)].map((row, at) =>
    versioned ? [...row, routes[at - open.length]?.versions ?? ''] : row,
  );
  const headings = ['route', 'does', 'roles', ...(versioned ? ['microversions'] : [])];
  return [`## ${about.title}`, about.is, table(headings, rows)].join('\n\n');
}

/** The page. */
export const routesPage = (): string =>
  page(
    '# Routes',
    generatedFrom(
      'the routes of `functions/*/handler.ts` and the texts in `scripts/docs/route-texts.ts`',
    ),
    "A caller needs one of the roles in the third column. `admin` includes `member`, and `member` includes `reader`; what each role is for is in the [administrators' guide](../administrators.md#users-and-roles).",
    ...surfaces.map(sectionOf),
  );
