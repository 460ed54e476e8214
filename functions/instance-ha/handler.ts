/** The surface `/instance-ha`: the part of Masakari's API v1 that its monitors and its client use. */
import { createSurface, type Surface } from '../../adapters/http/surface.ts';
import { type NotificationDeps, notificationRoutes } from './notifications.ts';
import { type SegmentDeps, segmentRoutes } from './segments.ts';
import { haVersionRoutes } from './versions.ts';

/** The dependencies of the surface. */
export type InstanceHaDeps = Pick<
  Surface,
  'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'
> &
  NotificationDeps &
  SegmentDeps;

/** The handler of the surface. */
export const instanceHaApi = (deps: InstanceHaDeps) =>
  createSurface({
    dialect: 'instance-ha',
    prefix: '/instance-ha',
    publicUrl: deps.publicUrl,
    allowedOrigins: deps.allowedOrigins,
    authenticate: deps.authenticate,
    logger: deps.logger,
    publicRoutes: haVersionRoutes,
    routes: [...notificationRoutes(deps), ...segmentRoutes(deps)],
  });
