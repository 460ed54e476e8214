/**
 * The surfaces of monitors: `/doctor/v1/…` for what monitors report. The same function serves `/events`, the
 * path of OPNFV Doctor's published inspector.
 */
import { once } from 'es-toolkit';
import { byResource, type SurfaceHandler } from '../../adapters/http/by-resource.ts';
import { createSurface, type Surface, type SurfaceRoutes } from '../../adapters/http/surface.ts';
import { alertRoutes } from './alert-routes.ts';
import { type ConsulDeps, consulRoutes } from './consul.ts';
import { opnfvRoutes } from './opnfv.ts';
import type { OtherMonitorDeps } from './other-routes.ts';
import { redfishRoutes } from './redfish.ts';
import { answeredWithinMs, type ReportDeps } from './report-route.ts';

/** What all routes need. */
export type MonitorRouteDeps = ReportDeps & ConsulDeps & OtherMonitorDeps;

/** What the surfaces need. */
export type MonitorsDeps = Pick<
  Surface,
  'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'
> &
  MonitorRouteDeps;

/**
 * Every route of conditions and of monitors below `/doctor`. What monitors report to is there from the
 * start. A dialect adds its routes here, and the first segment of its path to `monitorPaths` in `infra/monitors.ts`.
 */
export const monitorRoutes = (deps: MonitorRouteDeps): SurfaceRoutes => ({
  dialect: 'doctor',
  prefix: '/doctor',
  routes: [
    ...opnfvRoutes(deps, '/v1/inspector/events'),
    ...alertRoutes(deps),
    ...redfishRoutes(deps),
    ...consulRoutes(deps),
  ],
  otherRoutes: once(async () => (await import('./other-routes.ts')).otherMonitorRoutes(deps)),
});

/** The routes of `/events`. */
export const inspectorRoutes = (deps: ReportDeps): SurfaceRoutes => ({
  dialect: 'doctor',
  prefix: '/events',
  routes: opnfvRoutes(deps, '/'),
});

const handlerOf = (routes: SurfaceRoutes, deps: MonitorsDeps) =>
  createSurface({
    ...routes,
    publicUrl: deps.publicUrl,
    ...(deps.allowedOrigins && { allowedOrigins: deps.allowedOrigins }),
    authenticate: deps.authenticate,
    unavailableAfterMs: answeredWithinMs,
    logger: deps.logger,
  });

/** The handler of the routes below `/doctor`. */
export const monitorsApi = (deps: MonitorsDeps) => handlerOf(monitorRoutes(deps), deps);

/** The handler of `/events`. */
export const eventsApi = (deps: MonitorsDeps) => handlerOf(inspectorRoutes(deps), deps);

/** The handler of all surfaces of this function. */
export const allApis = (deps: MonitorsDeps, instanceHa: SurfaceHandler): SurfaceHandler =>
  byResource({ '/events': eventsApi(deps), '/instance-ha': instanceHa }, monitorsApi(deps));
