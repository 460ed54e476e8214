/**
 * `os-hosts`, for administrators, to microversion 2.42: hosts with their maintenance flag, and the
 * report of a host's fault as OPNFV Doctor proposed it. docs/wire/compute.md#the-report-in-os-hosts.
 */
import { actorOf, reporterOf } from '../../../adapters/http/actor.ts';
import { ignored, type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import { type Host, HostName } from '../../../domain/hosts/host.ts';
import { may, requireHostUpdate } from '../../../domain/identity/access.ts';
import { queryOf } from '../nova-types.ts';
import type { ServerPages } from '../servers/server-list.ts';
import { HostUpdateInput } from './host-input.ts';
import { hostResources, listedHost, updatedHost } from './host-view.ts';
import type { ServiceDeps } from './services.ts';

export type HostDeps = Pick<ServiceDeps, 'allHosts' | 'host' | 'updateService' | 'now'> &
  Pick<ServerPages, 'instancesOn' | 'allSeen'>;

/** What Nova never asked of a host through another door; no hypervisor is reached from here. */
const powerActions = ['startup', 'shutdown', 'reboot'];

export function hostRoutes(deps: HostDeps): Route[] {
  const versions = { to: '2.42' } as const;
  const shared = { roles: may.readHosts, versions } as const;

  return [
    route({
      ...{ method: 'GET', path: '/v2.1/os-hosts', ...shared },
      query: queryOf('zone'),
      body: ignored,
      handle: async ({ args: { zone } }) => {
        const hosts = (await deps.allHosts()).filter(
          (host) => host.status === 'enabled' && (zone === undefined || host.zone === zone),
        );
        return { status: 200, body: { hosts: hosts.map(listedHost) } };
      },
    }),
    route({
      ...{ method: 'GET', path: '/v2.1/os-hosts/:host', ...shared },
      query: ignored,
      body: ignored,
      handle: async (request) => {
        const host = await named(deps, request);
        const uuids: string[] = [];
        for await (const page of deps.instancesOn(host.host)) uuids.push(...page);
        const on = (await deps.allSeen(uuids)).filter(
          ({ instance }) => instance.host === host.host,
        );
        const resources = hostResources(
          host,
          on.map(({ instance }) => instance),
        );
        return { status: 200, body: { host: resources } };
      },
    }),
    route({
      ...{ method: 'PUT', path: '/v2.1/os-hosts/:host', versions, roles: may.reportHostFaults },
      query: ignored,
      body: HostUpdateInput,
      handle: async (request) => {
        requireHostUpdate(request.caller, request.body.update);
        const { host } = await named(deps, request);
        const done = await deps.updateService(
          { host, update: request.body.update },
          { actor: actorOf(request, deps.now()), reporter: reporterOf(request.caller) },
        );
        return {
          status: 200,
          body: updatedHost(done.host, request.body),
          headers: { 'X-Doctor-Instances-Affected': String(done.affected) },
        };
      },
    }),
    ...powerActions.map((action) =>
      route({
        ...{ method: 'GET', path: `/v2.1/os-hosts/:host/${action}`, ...shared },
        query: ignored,
        body: ignored,
        handle: async (request) => {
          await named(deps, request);
          throw new DomainError('not_implemented', `Doctor cannot ${action} hosts.`);
        },
      }),
    ),
  ];
}

/** The host in the path; 404 if there is none, a name that none can have included. */
async function named(
  deps: HostDeps,
  { params: { host: name = '' } }: RouteRequest<unknown, unknown>,
): Promise<Host> {
  const host = HostName.safeParse(name).success ? await deps.host(name) : undefined;
  if (!host || host.deleted) {
    throw new DomainError('not_found', `Compute host ${name.slice(0, 255)} could not be found.`);
  }
  return host;
}
