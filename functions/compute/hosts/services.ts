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
import type { ServiceUpdate } from '../../../domain/hosts/host-fault.ts';
import { may, requireHostUpdate } from '../../../domain/identity/access.ts';
import type { UpdatedService } from '../../../flows/update-service.ts';
import { queriesOf } from '../nova-types.ts';
import { serviceActionEras, Update } from './service-input.ts';
import { serviceView } from './service-view.ts';

export type ServiceDeps = {
  readonly allHosts: () => Promise<readonly Host[]>;
  readonly host: (name: string) => Promise<Host | undefined>;
  readonly stateOf: (host: Host) => HostState;
  /** The name of the host whose service has the id, from 2.53 on and before. */
  readonly hostOfService: (service_id: string) => Promise<string | undefined>;
  readonly hostOfNumber: (service_number: number) => Promise<string | undefined>;
  readonly updateService: (
    change: { readonly host: string; readonly update: ServiceUpdate },
    by: {
      readonly actor: ReturnType<typeof actorOf>;
      readonly reporter: ReturnType<typeof reporterOf>;
    },
  ) => Promise<UpdatedService>;
  /** Whether these routes set the service's flag alone when they force a host down. */
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

/** The answer to an update: how many instances took another state is told in a header only. */
const updated = (body: unknown, { affected }: UpdatedService) => ({
  status: 200,
  body: { service: body },
  headers: { 'X-Doctor-Instances-Affected': String(affected) },
});

export function serviceRoutes(deps: ServiceDeps): Route[] {
  const shown = (host: Host, microversion: Microversion) =>
    serviceView(host, { state: deps.stateOf(host), microversion, now: deps.now() });

  const change = (host: string, update: ServiceUpdate, request: RouteRequest<unknown, unknown>) => {
    requireHostUpdate(request.caller, update);
    return deps.updateService(
      { host, update: { ...update, instances_left: deps.forceDownLeavesInstances } },
      { actor: actorOf(request, deps.now()), reporter: reporterOf(request.caller) },
    );
  };

  /** The actions of microversions before 2.53, by name of host and binary. */
  const actions = serviceActionEras.map(({ name, versions, body }) =>
    route({
      method: 'PUT',
      path: `/v2.1/os-services/${name}`,
      versions,
      roles: may.reportHostFaults,
      query: ignored,
      body,
      handle: async (request) => {
        const { host, binary, update } = request.body;
        if (binary !== compute)
          throw new DomainError('invalid', `Updating a ${binary} is not supported.`);
        const done = await change(host, update, request);
        const told = Object.entries(update).filter(([, value]) => value !== null);
        return updated({ host: done.host.host, binary, ...Object.fromEntries(told) }, done);
      },
    }),
  );

  return [
    ...queriesOf('host', 'binary').map((era) =>
      route({
        method: 'GET',
        path: '/v2.1/os-services',
        roles: may.readHosts,
        ...era,
        body: ignored,
        handle: async ({ args: { host, binary }, microversion }) => {
          const hosts = binary && binary !== compute ? [] : await found(deps, host);
          return {
            status: 200,
            body: {
              services: hosts.map((each) => shown(each, microversion)),
            },
          };
        },
      }),
    ),
    ...actions,
    route({
      method: 'PUT',
      path: '/v2.1/os-services/:id',
      versions: { from: '2.53' },
      roles: may.reportHostFaults,
      query: ignored,
      body: Update,
      handle: async (request) => {
        const done = await change(await nameOf(deps, request), request.body, request);
        return updated(shown(done.host, request.microversion), done);
      },
    }),
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
}

async function found(deps: ServiceDeps, host: string | undefined): Promise<readonly Host[]> {
  if (!host) return deps.allHosts();
  if (!HostName.safeParse(host).success) return [];
  const row = await deps.host(host);
  return row && !row.deleted ? [row] : [];
}

/** The host of the service in the path: a uuid from 2.53 on, an integer before. */
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
