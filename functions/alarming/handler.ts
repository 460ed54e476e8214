/** The surface `/alarming`: Aodh's API v2 for event alarms. */
import { createSurface, type Surface, type SurfaceRoutes } from '../../adapters/http/surface.ts';
import { alarmRoutes } from './alarms.ts';
import { capabilityRoutes } from './capabilities.ts';
import type { AlarmDeps } from './deps.ts';
import { historyRoutes } from './history.ts';
import { listRoutes } from './list.ts';
import { metricsRoutes } from './metrics.ts';
import { quotaRoutes } from './quotas.ts';
import { stateRoutes } from './state.ts';
import { openRoutes } from './version.ts';

/** The dependencies of the surface. */
export type AlarmingDeps = Pick<
  Surface,
  'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'
> &
  AlarmDeps;

/** The routes of the surface. */
export const alarmingRoutes = (deps: AlarmDeps): SurfaceRoutes => ({
  dialect: 'alarming',
  prefix: '/alarming',
  publicRoutes: openRoutes,
  routes: [
    ...listRoutes(deps),
    ...alarmRoutes(deps),
    ...stateRoutes(deps),
    ...historyRoutes(deps),
    ...quotaRoutes(deps),
    ...metricsRoutes(deps),
    ...capabilityRoutes(deps),
  ],
});

/** The handler of the surface. */
export const alarmingApi = (deps: AlarmingDeps) =>
  createSurface({
    ...alarmingRoutes(deps),
    publicUrl: deps.publicUrl,
    allowedOrigins: deps.allowedOrigins,
    authenticate: deps.authenticate,
    logger: deps.logger,
  });
