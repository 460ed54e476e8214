/** The surface `/doctor/v1`: functions for which OpenStack has no API. */
import { createSurface, type Surface, type SurfaceRoutes } from '../../adapters/http/surface.ts';
import { type CloudDeps, cloudRoutes } from './cloud.ts';
import { type DataPlaneDeps, dataPlaneRoutes } from './data-plane.ts';
import { type EvacuationDeps, evacuationRoutes } from './evacuations.ts';
import { type EventDeps, eventRoutes } from './events.ts';
import { type FaultDeps, faultRoutes } from './faults.ts';
import { type HeartbeatDeps, heartbeatRoutes } from './heartbeats.ts';
import { type HostListDeps, hostListRoutes } from './host-list.ts';
import { type RegistrationDeps, registrationRoutes } from './registrations.ts';
import { type SubscriptionDeps, subscriptionRoutes } from './subscriptions.ts';
import { type UserDeps, userRoutes } from './users.ts';
import { doctorVersionRoutes } from './versions.ts';
import { type WebhookKeyDeps, webhookKeyRoutes } from './webhook-key.ts';

/** What the routes need. */
export type DoctorRouteDeps = EvacuationDeps &
  CloudDeps &
  DataPlaneDeps &
  EventDeps &
  FaultDeps &
  HeartbeatDeps &
  HostListDeps &
  RegistrationDeps &
  SubscriptionDeps &
  UserDeps &
  WebhookKeyDeps;

/** What the surface needs. */
export type DoctorDeps = Pick<Surface, 'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'> &
  DoctorRouteDeps;

/** The routes of the surface. */
export const doctorRoutes = (deps: DoctorRouteDeps): SurfaceRoutes => ({
  dialect: 'doctor',
  prefix: '/doctor',
  publicRoutes: doctorVersionRoutes,
  routes: [
    ...eventRoutes(deps),
    ...dataPlaneRoutes(deps),
    ...faultRoutes(deps),
    ...hostListRoutes(deps),
    ...registrationRoutes(deps),
    ...evacuationRoutes(deps),
    ...heartbeatRoutes(deps),
    ...subscriptionRoutes(deps),
    ...userRoutes(deps),
    ...webhookKeyRoutes(deps),
    ...cloudRoutes(deps),
  ],
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
