/** The surface `/doctor/v1`: functions for which OpenStack has no API. */
import { once } from 'es-toolkit';
import { createSurface, type Surface, type SurfaceRoutes } from '../../adapters/http/surface.ts';
import { type DataPlaneDeps, dataPlaneRoutes } from './data-plane.ts';
import { type EventDeps, eventRoutes } from './events.ts';
import { type HeartbeatDeps, heartbeatRoutes } from './heartbeats.ts';
import type { OtherDoctorDeps } from './other-routes.ts';
import { doctorVersionRoutes } from './versions.ts';

/** What the routes need. */
export type DoctorRouteDeps = DataPlaneDeps & EventDeps & HeartbeatDeps & OtherDoctorDeps;

/** What the surface needs. */
export type DoctorDeps = Pick<Surface, 'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'> &
  DoctorRouteDeps;

/** The routes of the surface. What reports something is there from the start. */
export const doctorRoutes = (deps: DoctorRouteDeps): SurfaceRoutes => ({
  dialect: 'doctor',
  prefix: '/doctor',
  publicRoutes: doctorVersionRoutes,
  routes: [...eventRoutes(deps), ...dataPlaneRoutes(deps), ...heartbeatRoutes(deps)],
  otherRoutes: once(async () => (await import('./other-routes.ts')).otherDoctorRoutes(deps)),
});

/** The handler of the surface. */
export const doctorApi = (deps: DoctorDeps) =>
  createSurface({
    ...doctorRoutes(deps),
    publicUrl: deps.publicUrl,
    allowedOrigins: deps.allowedOrigins,
    authenticate: deps.authenticate,
    logger: deps.logger,
  });
