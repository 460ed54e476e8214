/** The updates of a nova-compute service: the report that its host is down, maintenance, and others. */

import { actorOf, reporterOf } from '../../../adapters/http/actor.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { ServiceUpdate } from '../../../domain/hosts/service-update.ts';
import { isAdmin, may, requireHostUpdate } from '../../../domain/identity/access.ts';
import type { UpdatedService } from '../../../flows/update-service.ts';
import { hostOfServicePath, novaCompute, type ServiceDeps, shownService } from './service-deps.ts';
import { ServiceUpdateInput, serviceActionEras } from './service-input.ts';

/** The answer to an update. The number of changed instances is only in a header. */
const updated = (body: unknown, { affected }: UpdatedService) => ({
  status: 200,
  body: { service: body },
  headers: { 'X-Doctor-Instances-Affected': String(affected) },
});

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

/** The actions of microversions before 2.53, by host and binary. */
export const actionRoutes = (deps: ServiceDeps): Route[] =>
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
        if (binary !== novaCompute) {
          throw new DomainError('invalid', `Updating a ${binary} is not supported.`);
        }
        const done = await change(deps, host, update, request);
        const set = Object.entries(update).filter(([, value]) => value !== null);
        return updated({ host: done.host.host, binary, ...Object.fromEntries(set) }, done);
      },
    }),
  );

/** The update from 2.53 on, by the id of the service. */
export const updateRoute = (deps: ServiceDeps): Route =>
  route({
    method: 'PUT',
    path: '/v2.1/os-services/:id',
    versions: { from: '2.53' },
    roles: may.reportHostFaults,
    query: ignored,
    body: ServiceUpdateInput,
    handle: async (request) => {
      const done = await change(
        deps,
        await hostOfServicePath(deps, request),
        request.body,
        request,
      );
      return updated(shownService(deps, done.host, request.microversion), done);
    },
  });
