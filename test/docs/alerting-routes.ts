import { alertRoutes } from '../../functions/monitors/alert-routes.ts';

/** Dependencies that are never called: only the paths of the routes are read. */
const unused = (): never => {
  throw new Error('not called');
};
const routes = alertRoutes({
  ...{ source: unused, reportConditions: unused, interrupted: unused, now: unused },
});

/** The number of routes that match a POST to this path; `apiPath` is the path of the API's address. */
export function routesOf(path: string, apiPath: string): number {
  const below = path.startsWith(`${apiPath}/doctor/`) && path.slice(`${apiPath}/doctor`.length);
  return routes.filter((route) => below && route.method === 'POST' && route.match(below)).length;
}
