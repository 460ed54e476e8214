/** `os-services`, for administrators: nova-compute services, and the report that a host is down. */

import * as z from 'zod';
import { actorOf, reporterOf } from '../../../adapters/http/actor.ts';
import { atLeast, type Microversion } from '../../../adapters/http/microversion.ts';
import {
  ignored,
  parsed,
  type Route,
  type RouteRequest,
  route,
} from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import { type Host, HostName, type HostState } from '../../../domain/hosts/host.ts';
import type { ServiceUpdate } from '../../../domain/hosts/service-update.ts';
import { isAdmin, may, requireHostUpdate } from '../../../domain/identity/access.ts';
import type { UpdatedService } from '../../../flows/update-service.ts';
import { queriesOf } from '../nova-types.ts';
import { ServiceUpdateInput, serviceActionEras } from './service-input.ts';
import { serviceView } from './service-view.ts';

export type ServiceDeps = {
  /** Every registered host, by name. */
  readonly allHosts: () => Promise<readonly Host[]>;
  /** The host's row by any spelling of its name, tombstones included. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /** nova-compute's state now. */
  readonly stateOf: (host: Host) => HostState;
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

const compute = 'nova-compute';

/** The integer id of a service, in plain digits. */
const ServiceNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'Must be an integer.')
  .transform(Number);

/** The answer to an update. The number of changed instances is only in a header. */
const updated = (body: unknown, { affected }: UpdatedService) => ({
  status: 200,
  body: { service: body },
  headers: { 'X-Doctor-Instances-Affected': String(affected) },
});

export const serviceRoutes = (deps: ServiceDeps): Route[] => [
  ...listRoutes(deps),
  ...actionRoutes(deps),
  updateRoute(deps),
  route({
    method: 'DELETE',
    path: '/v2.1/os-services/:id',
    roles: may.changeHosts,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      await deps.deleteHost(await nameOf(deps, request), actorOf(request, deps.now()));
      return { status: 204 };
    },
  }),
];

const shown = (deps: ServiceDeps, host: Host, microversion: Microversion) =>
  serviceView(host, { state: deps.stateOf(host), microversion, now: deps.now() });

/**
 * Updates a host's service for the caller. @throws forbidden if the caller may not set these
 * fields.
 */
function change(
  deps: ServiceDeps,
  host: string,
  update: ServiceUpdate,
  request: RouteRequest<unknown, unknown>,
): Promise<UpdatedService> {
  requireHostUpdate(request.caller, update);
  return deps.updateService(
    {
      host,
      update: {
        ...update,
        instances_left: deps.forceDownLeavesInstances,
        ends: isAdmin(request.caller) ? 'all' : 'own',
      },
    },
    { actor: actorOf(request, deps.now()), reporter: reporterOf(request.caller) },
  );
}

const listRoutes = (deps: ServiceDeps): Route[] =>
  queriesOf('host', 'binary').map((era) =>
    route({
      method: 'GET',
      path: '/v2.1/os-services',
      roles: may.readHosts,
      ...era,
      body: ignored,
      handle: async ({ args: { host, binary }, microversion }) => {
        const hosts = binary && binary !== compute ? [] : await hostsNamed(deps, host);
        const services = hosts.map((each) => shown(deps, each, microversion));
        return { status: 200, body: { services } };
      },
    }),
  );

/** The actions of microversions before 2.53, by host and binary. */
const actionRoutes = (deps: ServiceDeps): Route[] =>
  serviceActionEras.map(({ name, versions, body }) =>
    route({
      method: 'PUT',
      path: `/v2.1/os-services/${name}`,
      versions,
      roles: may.reportHostFaults,
      query: ignored,
      body,
      handle: async (request) => {
        const { host, binary, update } = request.body;
        if (binary !== compute) {
          throw new DomainError('invalid', `Updating a ${binary} is not supported.`);
        }
        const done = await change(deps, host, update, request);
        const set = Object.entries(update).filter(([, value]) => value !== null);
        return updated({ host: done.host.host, binary, ...Object.fromEntries(set) }, done);
      },
    }),
  );

/** The update from 2.53 on, by the id of the service. */
const updateRoute = (deps: ServiceDeps): Route =>
  route({
    method: 'PUT',
    path: '/v2.1/os-services/:id',
    versions: { from: '2.53' },
    roles: may.reportHostFaults,
    query: ignored,
    body: ServiceUpdateInput,
    handle: async (request) => {
      const done = await change(deps, await nameOf(deps, request), request.body, request);
      return updated(shown(deps, done.host, request.microversion), done);
    },
  });

/** The registered host of that name; all hosts if no name is given. */
async function hostsNamed(deps: ServiceDeps, host: string | undefined): Promise<readonly Host[]> {
  if (!host) return deps.allHosts();
  if (!HostName.safeParse(host).success) return [];
  const row = await deps.host(host);
  return row && !row.deleted ? [row] : [];
}

/**
 * The name of the host whose service is in the path: by a uuid from 2.53 on, by an integer before.
 * @throws not_found if there is none; invalid for a malformed id.
 */
async function nameOf(
  deps: ServiceDeps,
  { params: { id = '' }, microversion }: RouteRequest<unknown, unknown>,
): Promise<string> {
  const host = atLeast(microversion, '2.53')
    ? await deps.hostOfService(parsed(z.guid(), id, 'service_id').toLowerCase())
    : await deps.hostOfNumber(parsed(ServiceNumber, id, 'service_id'));
  if (host === undefined) throw new DomainError('not_found', `Service ${id} could not be found.`);
  return host;
}
