/** The dependencies of the routes of services, and how they find a service. */

import * as z from 'zod';
import type { actorOf, reporterOf } from '../../../adapters/http/actor.ts';
import { atLeast, type Microversion } from '../../../adapters/http/microversion.ts';
import { parsed } from '../../../adapters/http/parsed.ts';
import type { RouteRequest } from '../../../adapters/http/route.ts';
import { noSuch } from '../../../domain/errors.ts';
import type { Host, HostState } from '../../../domain/hosts/host.ts';
import type { ListedHost } from '../../../domain/hosts/listed-host.ts';
import type { ServiceUpdate } from '../../../domain/hosts/service-update.ts';
import type { UpdatedService } from '../../../flows/update-service.ts';
import { serviceView } from './service-view.ts';

/** What the routes of services read and write. */
export type ServiceDeps = {
  /** Every registered host, by name, read consistently: a list shows each report that was answered before. */
  readonly allHosts: () => Promise<readonly ListedHost[]>;
  /** The host's row by any spelling of its name, tombstones included. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** nova-compute's state now. */
  readonly stateOf: (host: ListedHost) => HostState;
  /** The name of the host whose service has the id; a uuid from 2.53 on, a number before. */
  readonly hostOfService: (service_id: string) => Promise<string | undefined>;
  readonly hostOfNumber: (service_number: number) => Promise<string | undefined>;
  readonly updateService: (
    change: { readonly host: string; readonly update: ServiceUpdate },
    by: {
      readonly actor: ReturnType<typeof actorOf>;
      readonly reporter: ReturnType<typeof reporterOf>;
    },
  ) => Promise<UpdatedService>;
  /** Whether these routes only set the flag of the service when they force a host down. */
  readonly forceDownLeavesInstances: boolean;
  readonly deleteHost: (name: string, actor: ReturnType<typeof actorOf>) => Promise<void>;
  readonly now: () => string;
};

/** The binary of the one service that a host has here. */
export const novaCompute = 'nova-compute';

/** The integer id of a service, in plain digits. */
const ServiceNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'Must be an integer.')
  .transform(Number);

/** A service as Nova shows it at a microversion. */
export const shownService = (deps: ServiceDeps, host: ListedHost, microversion: Microversion) =>
  serviceView(host, { state: deps.stateOf(host), microversion, now: deps.now() });

/**
 * The name of the host whose service is in the path: by a uuid from 2.53 on, by an integer before.
 * @throws not_found if there is none; invalid for a malformed id.
 */
export async function hostOfServicePath(
  deps: ServiceDeps,
  { params: { id = '' }, microversion }: RouteRequest<unknown, unknown>,
): Promise<string> {
  const host = atLeast(microversion, '2.53')
    ? await deps.hostOfService(parsed(z.guid(), id, 'service_id').toLowerCase())
    : await deps.hostOfNumber(parsed(ServiceNumber, id, 'service_id'));
  if (host === undefined) throw noSuch('Service', id);
  return host;
}
