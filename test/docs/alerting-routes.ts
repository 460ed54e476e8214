import { alertRoutes } from '../../functions/monitors/alert-routes.ts';

/** Dependencies that no test calls: only the paths of the routes are looked at. */
const unused = (): never => {
  throw new Error('not called');
};
const routes = alertRoutes({
  ...{ source: unused, reportConditions: unused, interrupted: unused, now: unused },
});

/** How many routes a POST to this path has; `apiPath` is the path of the API's address. */
export function routesOf(path: string, apiPath: string): number {
  const below = path.startsWith(`${apiPath}/doctor/`) && path.slice(`${apiPath}/doctor`.length);
  return routes.filter((route) => below && route.method === 'POST' && route.match(below)).length;
}
