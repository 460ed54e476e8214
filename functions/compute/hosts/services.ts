/** `os-services`, for administrators: nova-compute services, and the report that a host is down. */

import { actorOf } from '../../../adapters/http/actor.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, route } from '../../../adapters/http/route.ts';
import { HostName } from '../../../domain/hosts/host.ts';
import type { ListedHost } from '../../../domain/hosts/listed-host.ts';
import { may } from '../../../domain/identity/access.ts';
import { queriesOf } from '../nova-types.ts';
import { hostOfServicePath, novaCompute, type ServiceDeps, shownService } from './service-deps.ts';
import { actionRoutes, updateRoute } from './service-updates.ts';

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
      await deps.deleteHost(await hostOfServicePath(deps, request), actorOf(request, deps.now()));
      return { status: 204 };
    },
  }),
];

const listRoutes = (deps: ServiceDeps): Route[] =>
  queriesOf('host', 'binary').map((era) =>
    route({
      method: 'GET',
      path: '/v2.1/os-services',
      roles: may.readHosts,
      ...era,
      body: ignored,
      handle: async ({ args: { host, binary }, microversion }) => {
        const hosts = binary && binary !== novaCompute ? [] : await hostsNamed(deps, host);
        const services = hosts.map((each) => shownService(deps, each, microversion));
        return { status: 200, body: { services } };
      },
    }),
  );

/** The registered host of that name; all hosts if no name is given. */
async function hostsNamed(
  deps: ServiceDeps,
  host: string | undefined,
): Promise<readonly ListedHost[]> {
  if (!host) return deps.allHosts();
  if (!HostName.safeParse(host).success) return [];
  const row = await deps.host(host);
  return row && !row.deleted ? [row] : [];
}
