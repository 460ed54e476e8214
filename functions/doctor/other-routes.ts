/** The routes below `/doctor/v1` that report nothing. They are loaded when one is first asked for. */
import type { Route } from '../../adapters/http/route.ts';
import { type CloudDeps, cloudRoutes } from './cloud.ts';
import { type EvacuationDeps, evacuationRoutes } from './evacuations.ts';
import { type FaultDeps, faultRoutes } from './faults.ts';
import { type HostListDeps, hostListRoutes } from './host-list.ts';
import { type RegistrationDeps, registrationRoutes } from './registrations.ts';
import { type SubscriptionDeps, subscriptionRoutes } from './subscriptions.ts';
import { type UserDeps, userRoutes } from './users.ts';
import { type WebhookKeyDeps, webhookKeyRoutes } from './webhook-key.ts';

/** What these routes need. */
export type OtherDoctorDeps = EvacuationDeps &
  CloudDeps &
  FaultDeps &
  HostListDeps &
  RegistrationDeps &
  SubscriptionDeps &
  UserDeps &
  WebhookKeyDeps;

export const otherDoctorRoutes = (deps: OtherDoctorDeps): readonly Route[] => [
  ...faultRoutes(deps),
  ...hostListRoutes(deps),
  ...registrationRoutes(deps),
  ...evacuationRoutes(deps),
  ...subscriptionRoutes(deps),
  ...userRoutes(deps),
  ...webhookKeyRoutes(deps),
  ...cloudRoutes(deps),
];
