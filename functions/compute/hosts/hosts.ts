/**
 * `os-hosts`, for administrators, to microversion 2.42: hosts with their maintenance flag, and the
 * report of a host's fault as OPNFV Doctor proposed it. docs/wire/compute.md#the-report-in-os-hosts.
 */
import { actorOf, reporterOf } from '../../../adapters/http/actor.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import { DomainError, noSuch } from '../../../domain/errors.ts';
import { type Host, HostName } from '../../../domain/hosts/host.ts';
import { isAdmin, may, requireHostUpdate } from '../../../domain/identity/access.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import { queryOf } from '../nova-types.ts';
import type { ServerPages } from '../servers/server-pages.ts';
import { hostUpdateOf } from './host-input.ts';
import { hostResources, listedHost, updatedHost } from './host-view.ts';
import type { ServiceDeps } from './service-deps.ts';

export type HostDeps = Pick<ServiceDeps, 'allHosts' | 'host' | 'updateService' | 'now'> &
  Pick<ServerPages, 'instancesOn' | 'allSeen'>;

/** Actions of Nova that Doctor cannot do: it reaches no hypervisor. */
const powerActions = ['startup', 'shutdown', 'reboot'];

const versions = { to: '2.42' } as const;
const reading = { method: 'GET', roles: may.readHosts, versions, body: ignored } as const;
const path = '/v2.1/os-hosts/:host';

export const hostRoutes = (deps: HostDeps): Route[] => [
  route({
    ...reading,
    path: '/v2.1/os-hosts',
    query: queryOf('zone'),
    handle: async ({ args: { zone } }) => {
      const hosts = (await deps.allHosts()).filter(
        (host) => host.status === 'enabled' && (zone === undefined || host.zone === zone),
      );
      return { status: 200, body: { hosts: hosts.map(listedHost) } };
    },
  }),
  route({
    ...reading,
    path,
    query: ignored,
    handle: async (request) => {
      const host = await hostOfPath(deps, request);
      return { status: 200, body: { host: hostResources(host, await instancesOf(deps, host)) } };
    },
  }),
  updateRoute(deps),
  ...powerActions.map((action) =>
    route({
      ...reading,
      path: `${path}/${action}`,
      query: ignored,
      handle: async (request) => {
        await hostOfPath(deps, request);
        throw new DomainError('not_implemented', `Doctor cannot ${action} hosts.`);
      },
    }),
  ),
];

/** The report of a fault, and the switches of status and maintenance. */
const updateRoute = (deps: HostDeps): Route =>
  route({
    method: 'PUT',
    path,
    versions,
    roles: may.reportHostFaults,
    query: ignored,
    body: hostUpdateOf,
    handle: async (request) => {
      requireHostUpdate(request.caller, request.body.update);
      const { host } = await hostOfPath(deps, request);
      const done = await deps.updateService(
        {
          host,
          update: { ...request.body.update, ends: isAdmin(request.caller) ? 'all' : 'own' },
        },
        { actor: actorOf(request, deps.now()), reporter: reporterOf(request.caller) },
      );
      return {
        status: 200,
        body: updatedHost(done.host, request.body),
        headers: { 'X-Doctor-Instances-Affected': String(done.affected) },
      };
    },
  });

/** The instances on a host, settled. The index lags, so the rows are checked. */
async function instancesOf(deps: HostDeps, { host }: Host): Promise<Instance[]> {
  const uuids: string[] = [];
  for await (const page of deps.instancesOn(host)) uuids.push(...page);
  const seen = await deps.allSeen(uuids);
  return seen.flatMap(({ instance }) => (instance.host === host ? [instance] : []));
}

/** The host in the path. @throws not_found if there is none, also for a name that is not valid. */
async function hostOfPath(
  deps: HostDeps,
  { params: { host: name = '' } }: RouteRequest<unknown, unknown>,
): Promise<Host> {
  const host = HostName.safeParse(name).success ? await deps.host(name) : undefined;
  if (!host || host.deleted) {
    throw noSuch('Compute host', name);
  }
  return host;
}
