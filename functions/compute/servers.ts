/** `servers`: the owner's and the administrator's views. Every reader sees what a fault has left. */
import type * as z from 'zod';
import { fitting } from '../../adapters/http/answer-size.ts';
import { atLeast, type Microversion } from '../../adapters/http/microversion.ts';
import { ignored, type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import { isAdmin, projectOf, requireRole } from '../../domain/access.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Host, HostState } from '../../domain/host.ts';
import { statuses } from '../../domain/server-status.ts';
import { type OneServerDeps, serverOf } from './one-server.ts';
import { pageOf, type ServerFilter, type ServerPages } from './server-list.ts';
import { ServerQuery } from './server-query.ts';
import { briefServer, detailedServer, type SeenInstance, type View } from './server-view.ts';

export type ServerDeps = ServerPages &
  OneServerDeps & {
    /** nova-compute's state, as of now. */
    readonly stateOf: (host: Host) => HostState;
  };

type Request = RouteRequest<unknown, unknown>;

const viewOf = (
  { microversion, caller, base }: Request,
  stateOf: ServerDeps['stateOf'],
  single: boolean,
): View => ({
  stateOf,
  microversion,
  admin: isAdmin(caller),
  base,
  single,
});

/** What the caller may list of what they ask for: own project unless an administrator asks for all. */
function filterOf(request: Request, query: z.infer<typeof ServerQuery>): ServerFilter {
  const { caller, microversion } = request;
  const [unknown] = query.unknown;
  if (unknown !== undefined && atLeast(microversion, '2.75')) {
    throw new DomainError(
      'invalid',
      `Invalid input for query parameters ${unknown.slice(0, 100)}.`,
    );
  }
  const { all_tenants, host, project_id, ...filter } = query.filter;
  if (all_tenants) requireRole(caller, 'admin');
  checkStatuses(filter.statuses, request);
  if (!isAdmin(caller)) return tenantFilter(filter, microversion, projectOf(caller));
  if (all_tenants) return { ...filter, host, project_id };
  return { ...filter, host, project_id: projectOf(caller) };
}

/** Statuses of which none is one are refused from 2.38 on; deleted servers are an administrator's. */
function checkStatuses(asked: readonly string[], { caller, microversion }: Request): void {
  const unknown = asked.length > 0 && !asked.some((status) => statuses.has(status));
  if (unknown && atLeast(microversion, '2.38')) {
    throw new DomainError('invalid', `Invalid status value: ${asked[0]?.slice(0, 100)}.`);
  }
  if (asked.includes('DELETED')) requireRole(caller, 'admin');
}

/** A tenant's filters: those that name infrastructure, or that Nova keeps from tenants, are dropped. */
function tenantFilter(
  {
    name,
    marker,
    limit,
    statuses,
    vm_state,
    task_state,
    power_state,
  }: Omit<ServerFilter, 'project_id'>,
  microversion: Microversion,
  project_id: string,
): ServerFilter {
  const states = atLeast(microversion, '2.83') ? { vm_state, task_state, power_state } : {};
  return { project_id, name, marker, limit, statuses, ...states };
}

export function serverRoutes(deps: ServerDeps): Route[] {
  const list = (path: string, show: (seen: SeenInstance, view: View) => unknown): Route =>
    route({
      method: 'GET',
      path,
      roles: ['reader'],
      query: ServerQuery,
      body: ignored,
      handle: async (request) => {
        const view = viewOf(request, deps.stateOf, false);
        const { servers, full } = await pageOf(deps, filterOf(request, request.args));
        const shown = fitting(servers.map((server) => show(server, view)));
        const last = servers[shown.length - 1];
        const more = full || shown.length < servers.length;
        const next = more && last ? nextLink(request, last.instance.uuid) : undefined;
        return {
          status: 200,
          body: {
            servers: shown,
            ...(next ? { servers_links: [{ rel: 'next', href: next }] } : {}),
          },
        };
      },
    });

  return [
    list('/v2.1/servers', ({ instance }, view) => briefServer(instance, view)),
    list('/v2.1/servers/detail', detailedServer),
    route({
      method: 'GET',
      path: '/v2.1/servers/:id',
      roles: ['reader'],
      query: ignored,
      body: ignored,
      handle: async (request) => {
        const seen = await serverOf(deps, request);
        return {
          status: 200,
          body: { server: detailedServer(seen, viewOf(request, deps.stateOf, true)) },
        };
      },
    }),
  ];
}

/** The same request for the page after `marker`. */
function nextLink({ base, path, query }: Request, marker: string): string {
  const next = new URLSearchParams();
  for (const [name, values] of Object.entries({ ...query, marker: [marker] })) {
    for (const value of values) next.append(name, value);
  }
  return `${base}${path}?${next}`;
}
