/** The surface `/instance-ha`: the part of Masakari's API v1 that its monitors and its client use. */
import { once } from 'es-toolkit';
import { createSurface, type Surface, type SurfaceRoutes } from '../../../adapters/http/surface.ts';
import { answeredWithinMs } from '../report-route.ts';
import { type NotificationDeps, notificationRoutes } from './notifications.ts';
import type { SegmentDeps } from './segments.ts';
import { haVersionRoutes } from './versions.ts';

/** What the routes need. */
export type InstanceHaRouteDeps = NotificationDeps & SegmentDeps;

/** What the surface needs. */
export type InstanceHaDeps = Pick<
  Surface,
  'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'
> &
  InstanceHaRouteDeps;

/** The routes of the surface. */
export const instanceHaRoutes = (deps: InstanceHaRouteDeps): SurfaceRoutes => ({
  dialect: 'instance-ha',
  prefix: '/instance-ha',
  publicRoutes: haVersionRoutes,
  routes: notificationRoutes(deps),
  otherRoutes: once(async () => (await import('./segments.ts')).segmentRoutes(deps)),
});

/** The handler of the surface. */
export const instanceHaApi = (deps: InstanceHaDeps) =>
  createSurface({
    ...instanceHaRoutes(deps),
    publicUrl: deps.publicUrl,
    allowedOrigins: deps.allowedOrigins,
    authenticate: deps.authenticate,
    unavailableAfterMs: answeredWithinMs,
    logger: deps.logger,
  });
