/**
 * Which routes of a surface a request needs. The routes of most first requests are loaded when a function
 * starts; the others when one of them is first asked for, so that the start is shorter.
 */
import type { Route } from './route.ts';

type Loading = {
  readonly routes: readonly Route[];
  readonly otherRoutes?: () => Promise<readonly Route[]>;
};

/** Every route of a surface. */
export const allRoutes = async ({ routes, otherRoutes }: Loading): Promise<readonly Route[]> =>
  otherRoutes ? [...routes, ...(await otherRoutes())] : routes;

/** The routes among which the one for a method and a path is: nothing is loaded if it is there already. */
export const routesFor = async (
  loading: Loading,
  { method, path }: { readonly method: string; readonly path: string },
): Promise<readonly Route[]> =>
  loading.routes.some((route) => route.method === method && route.match(path))
    ? loading.routes
    : allRoutes(loading);
