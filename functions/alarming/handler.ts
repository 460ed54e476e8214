/**
 * The surface `/alarming`: Aodh's API v2 for event alarms. The same function serves
 * `/doctor/v1/alarm-preview`, because it has the parser of alarms.
 */
import { once } from 'es-toolkit';
import { byResource } from '../../adapters/http/by-resource.ts';
import { createSurface, type Surface, type SurfaceRoutes } from '../../adapters/http/surface.ts';
import { alarmRoutes } from './alarms.ts';
import type { AlarmDeps } from './deps.ts';
import { listRoutes } from './list.ts';
import type { PreviewDeps } from './preview.ts';
import { stateRoutes } from './state.ts';
import { openRoutes } from './version.ts';

/** The dependencies of the surface. */
export type AlarmingDeps = Pick<
  Surface,
  'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'
> &
  PreviewDeps;

/** The routes of the surface. */
export const alarmingRoutes = (deps: AlarmDeps): SurfaceRoutes => ({
  dialect: 'alarming',
  prefix: '/alarming',
  publicRoutes: openRoutes,
  routes: [...listRoutes(deps), ...alarmRoutes(deps), ...stateRoutes(deps)],
  otherRoutes: once(async () => (await import('./other-routes.ts')).otherAlarmingRoutes(deps)),
});

/**
 * The route below `/doctor/v1`. The first segment of its path is listed in `previewPaths` of
 * `infra/alarming.ts`.
 */
export const previewSurfaceRoutes = (deps: PreviewDeps): SurfaceRoutes => ({
  dialect: 'doctor',
  prefix: '/doctor',
  routes: [],
  otherRoutes: once(async () => (await import('./preview.ts')).previewRoutes(deps)),
});

const handlerOf = (routes: SurfaceRoutes, deps: AlarmingDeps) =>
  createSurface({
    ...routes,
    publicUrl: deps.publicUrl,
    allowedOrigins: deps.allowedOrigins,
    authenticate: deps.authenticate,
    logger: deps.logger,
  });

/** The handler of `/alarming`. */
export const alarmingApi = (deps: AlarmingDeps) => handlerOf(alarmingRoutes(deps), deps);

/** The handler of the route below `/doctor`. */
export const previewApi = (deps: AlarmingDeps) => handlerOf(previewSurfaceRoutes(deps), deps);

/** The handler of both. */
export const alarmingApis = (deps: AlarmingDeps) =>
  byResource({ '/doctor': previewApi(deps) }, alarmingApi(deps));
