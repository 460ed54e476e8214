/** The surface `/doctor/v1`: what OpenStack has no API for. */
import { createSurface, type Surface } from '../../adapters/http/surface.ts';
import { type Deps as DataPlaneDeps, dataPlaneRoutes } from './data-plane.ts';
import { type Deps as EvacuationDeps, evacuationRoutes } from './evacuations.ts';
import { type Deps as EventDeps, eventRoutes } from './events.ts';
import { type Deps as FaultDeps, faultRoutes } from './faults.ts';
import { type Deps as HeartbeatDeps, heartbeatRoutes } from './heartbeats.ts';
import { type Deps as RegistrationDeps, registrationRoutes } from './registrations.ts';
import { type Deps as SubscriptionDeps, subscriptionRoutes } from './subscriptions.ts';
import { type UserDeps, userRoutes } from './users.ts';
import { versionRoutes } from './versions.ts';
import { type Deps as WebhookKeyDeps, webhookKeyRoutes } from './webhook-key.ts';

export type Deps = Pick<Surface, 'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'> &
  EvacuationDeps &
  DataPlaneDeps &
  EventDeps &
  FaultDeps &
  HeartbeatDeps &
  RegistrationDeps &
  SubscriptionDeps &
  UserDeps &
  WebhookKeyDeps;

export const createHandler = (deps: Deps) =>
  createSurface({
    dialect: 'doctor',
    prefix: '/doctor',
    publicUrl: deps.publicUrl,
    allowedOrigins: deps.allowedOrigins,
    authenticate: deps.authenticate,
    logger: deps.logger,
    publicRoutes: versionRoutes,
    routes: [
      ...eventRoutes(deps),
      ...dataPlaneRoutes(deps),
      ...faultRoutes(deps),
      ...registrationRoutes(deps),
      ...evacuationRoutes(deps),
      ...heartbeatRoutes(deps),
      ...subscriptionRoutes(deps),
      ...userRoutes(deps),
      ...webhookKeyRoutes(deps),
    ],
  });
