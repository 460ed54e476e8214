/** `os-hypervisors` and `os-aggregates`, for administrators: what the recorded clients call. */
import { answerBytes, fitting, mostAnswerBytes } from '../../../adapters/http/answer-size.ts';
import { atLeast } from '../../../adapters/http/microversion.ts';
import { nextLink } from '../../../adapters/http/next-link.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { ListedHost } from '../../../domain/hosts/listed-host.ts';
import { may, requireRole } from '../../../domain/identity/access.ts';
import type { ServerPages } from '../servers/server-pages.ts';
import {
  type HypervisorLookupDeps,
  hostOfPath,
  hostsMatching,
  pageOfHosts,
} from './hypervisor-lookup.ts';
import { listEras, showEras } from './hypervisor-query.ts';
import { serversOn } from './hypervisor-servers.ts';
import {
  briefHypervisor,
  detailedHypervisor,
  hypervisorId,
  serversShown,
  statisticsOf,
} from './hypervisor-view.ts';
import type { ServiceDeps } from './service-deps.ts';

export type HypervisorDeps = HypervisorLookupDeps &
  Pick<ServiceDeps, 'allHosts' | 'stateOf'> &
  Pick<ServerPages, 'instancesOn' | 'allSeen'>;

type Request = RouteRequest<unknown, unknown>;
type HypervisorView = typeof briefHypervisor | typeof detailedHypervisor;

const root = '/v2.1/os-hypervisors';
const admins = { method: 'GET', roles: may.readHosts, body: ignored } as const;

export const hypervisorRoutes = (deps: HypervisorDeps): Route[] => [
  ...listRoutes(deps, root, briefHypervisor),
  ...listRoutes(deps, `${root}/detail`, detailedHypervisor),
  statisticsRoute(deps),
  ...showRoutes(deps),
  patternRoute(deps, 'search', false),
  patternRoute(deps, 'servers', true),
  uptimeRoute(deps),
  route({
    ...admins,
    path: '/v2.1/os-aggregates',
    query: ignored,
    handle: async () => ({ status: 200, body: { aggregates: [] } }),
  }),
];

/** Hosts as hypervisors, with their servers if these are requested and the caller may read them. */
async function shown(
  deps: HypervisorDeps,
  hosts: readonly ListedHost[],
  view: HypervisorView,
  { microversion, caller }: Request,
  with_servers = false,
) {
  if (with_servers) requireRole(caller, ...may.readServersOfHosts);
  const servers = with_servers ? await serversOn(deps, hosts) : undefined;
  return hosts.map((host) => ({
    ...view(host, { microversion, stateOf: deps.stateOf }),
    ...(servers ? serversShown(servers.get(host.host) ?? [], microversion) : {}),
  }));
}

/** A list: in pages from 2.33 on, unless it is of a pattern. */
const listRoutes = (deps: HypervisorDeps, path: string, view: HypervisorView): Route[] =>
  listEras.map(({ query, ...versions }) =>
    route({
      ...admins,
      path,
      versions,
      query,
      handle: async (request) => {
        const { hypervisor_hostname_pattern: pattern, with_servers } = request.args;
        const paged = pattern === undefined && atLeast(request.microversion, '2.33');
        const { hosts, more } = paged
          ? await pageOfHosts(deps, request)
          : {
              hosts: await (pattern ? hostsMatching(deps, pattern) : deps.allHosts()),
              more: false,
            };
        const all = await shown(deps, hosts, view, request, with_servers);
        const hypervisors = paged ? fitting(all) : whole(all);
        const end = hosts[hypervisors.length - 1];
        const next =
          (more || hypervisors.length < hosts.length) &&
          end &&
          nextLink(request, String(hypervisorId(end, request.microversion)));
        const links = next && { hypervisors_links: [{ rel: 'next', href: next }] };
        return { status: 200, body: { hypervisors, ...links } };
      },
    }),
  );

const showRoutes = (deps: HypervisorDeps): Route[] =>
  showEras.map(({ query, ...versions }) =>
    route({
      ...admins,
      path: `${root}/:id`,
      versions,
      query,
      handle: async (request) => {
        const host = await hostOfPath(deps, request);
        const { with_servers } = request.args;
        const [hypervisor] = await shown(deps, [host], detailedHypervisor, request, with_servers);
        return { status: 200, body: { hypervisor } };
      },
    }),
  );

const statisticsRoute = (deps: HypervisorDeps): Route =>
  route({
    ...admins,
    path: `${root}/statistics`,
    versions: { to: '2.87' },
    query: ignored,
    handle: async () => ({
      status: 200,
      body: { hypervisor_statistics: statisticsOf(await deps.allHosts()) },
    }),
  });

/** Before 2.53: the hypervisors whose names contain a text, with their servers or without. */
const patternRoute = (deps: HypervisorDeps, end: string, with_servers: boolean): Route =>
  route({
    ...admins,
    path: `${root}/:pattern/${end}`,
    versions: { to: '2.52' },
    query: ignored,
    handle: async (request) => {
      const hosts = await hostsMatching(deps, request.params.pattern ?? '');
      const hypervisors = await shown(deps, hosts, briefHypervisor, request, with_servers);
      return { status: 200, body: { hypervisors: whole(hypervisors) } };
    },
  });

const uptimeRoute = (deps: HypervisorDeps): Route =>
  route({
    ...admins,
    path: `${root}/:id/uptime`,
    versions: { to: '2.87' },
    query: ignored,
    handle: async (request) => {
      const { host } = await hostOfPath(deps, request);
      throw new DomainError('not_implemented', `The uptime of ${host} is not known.`);
    },
  });

/**
 * All hypervisors of a list without pages. @throws too_large if they do not fit into one answer: a client
 * would take a part of them for all.
 */
function whole<T>(hypervisors: readonly T[]): readonly T[] {
  if (answerBytes(hypervisors) <= mostAnswerBytes) return hypervisors;
  throw new DomainError('too_large', 'There are too many hypervisors and servers for one answer.');
}
