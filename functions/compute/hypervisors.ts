/** `os-hypervisors` and `os-aggregates`, for administrators, as far as the recorded clients ask. */
import * as z from 'zod';
import { atLeast } from '../../adapters/http/microversion.ts';
import {
  ignored,
  parsed,
  type Route,
  type RouteRequest,
  route,
} from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Host } from '../../domain/host.ts';
import { type HypervisorQuery, listEras, maxPage, showEras } from './hypervisor-query.ts';
import { serversOn } from './hypervisor-servers.ts';
import {
  briefHypervisor,
  detailedHypervisor,
  hypervisorId,
  serversShown,
  statisticsOf,
} from './hypervisor-view.ts';
import type { ServerPages } from './server-list.ts';
import type { ServiceDeps } from './services.ts';

export type HypervisorDeps = Pick<ServiceDeps, 'allHosts' | 'stateOf'> &
  Pick<ServerPages, 'instancesOn' | 'allSeen'>;

type Request = RouteRequest<unknown, unknown>;
type Show = typeof briefHypervisor | typeof detailedHypervisor;

const root = '/v2.1/os-hypervisors';
const admins = { method: 'GET', roles: ['admin'], body: ignored } as const;

const notFound = (what: string) =>
  new DomainError('not_found', `${what.slice(0, 300)} could not be found.`);

export function hypervisorRoutes(deps: HypervisorDeps): Route[] {
  const show = async (
    hosts: readonly Host[],
    as: Show,
    { microversion }: Request,
    with_servers = false,
  ) => {
    const servers = with_servers ? await serversOn(deps, hosts) : undefined;
    return hosts.map((host) => ({
      ...as(host, { microversion, stateOf: deps.stateOf }),
      ...(servers ? serversShown(servers.get(host.host) ?? [], microversion) : {}),
    }));
  };

  /** The hosts of which the names have the text in them. @throws not_found if there are none. */
  const matching = async (text: string): Promise<readonly Host[]> => {
    const hosts = (await deps.allHosts()).filter(({ host }) => host.includes(text));
    if (hosts.length === 0) throw notFound(`No hypervisor matching '${text}'`);
    return hosts;
  };

  const list = (path: string, as: Show): Route[] =>
    listEras.map(({ query, ...versions }) =>
      route({
        ...{ ...admins, path, versions, query },
        handle: async (request) => {
          const { hypervisor_hostname_pattern: pattern, with_servers } = request.args;
          const { hosts, more } =
            pattern === undefined
              ? pageOf(await deps.allHosts(), request)
              : { hosts: await matching(pattern), more: undefined };
          const hypervisors = await show(hosts, as, request, with_servers);
          const links = more ? { hypervisors_links: [{ rel: 'next', href: more }] } : {};
          return { status: 200, body: { hypervisors, ...links } };
        },
      }),
    );

  /** Before 2.53: the hosts of a pattern, alone or with their servers. */
  const ofPattern = (end: string, with_servers: boolean): Route =>
    route({
      ...{ ...admins, path: `${root}/:pattern/${end}`, versions: { to: '2.52' }, query: ignored },
      handle: async (request) => {
        const hosts = await matching(request.params.pattern ?? '');
        const hypervisors = await show(hosts, briefHypervisor, request, with_servers);
        return { status: 200, body: { hypervisors } };
      },
    });

  return [
    ...list(root, briefHypervisor),
    ...list(`${root}/detail`, detailedHypervisor),
    route({
      ...{ ...admins, path: `${root}/statistics`, versions: { to: '2.87' }, query: ignored },
      handle: async () => ({
        status: 200,
        body: { hypervisor_statistics: statisticsOf(await deps.allHosts()) },
      }),
    }),
    ...showEras.map(({ query, ...versions }) =>
      route({
        ...{ ...admins, path: `${root}/:id`, versions, query },
        handle: async (request) => {
          const host = await hostOf(deps, request);
          const { with_servers } = request.args;
          const [hypervisor] = await show([host], detailedHypervisor, request, with_servers);
          return { status: 200, body: { hypervisor } };
        },
      }),
    ),
    ofPattern('search', false),
    ofPattern('servers', true),
    route({
      ...{ ...admins, path: `${root}/:id/uptime`, versions: { to: '2.87' }, query: ignored },
      handle: async (request) => {
        const { host } = await hostOf(deps, request);
        throw new DomainError('not_implemented', `The uptime of ${host} is not known.`);
      },
    }),
    route({
      ...{ ...admins, path: '/v2.1/os-aggregates', query: ignored },
      handle: async () => ({ status: 200, body: { aggregates: [] } }),
    }),
  ];
}

/** The hosts after the marker, and the link to those after them. */
function pageOf(all: readonly Host[], request: RouteRequest<unknown, HypervisorQuery>) {
  const { limit = maxPage, marker } = request.args;
  const { base, path, query, microversion } = request;
  const idOf = (host: Host) => String(hypervisorId(host, microversion));
  const at = marker === undefined ? -1 : all.findIndex((host) => idOf(host) === marker);
  if (marker !== undefined && at < 0) {
    throw new DomainError('invalid', `Marker ${marker} could not be found.`);
  }
  const hosts = all.slice(at + 1, at + 1 + limit);
  const end = hosts.at(-1);
  if (!end || end === all.at(-1) || !atLeast(microversion, '2.33')) return { hosts };
  const next = new URLSearchParams();
  for (const [name, values] of Object.entries({ ...query, marker: [idOf(end)] })) {
    for (const value of values) next.append(name, value);
  }
  return { hosts, more: `${base}${path}?${next}` };
}

/** The host of the hypervisor in the path: a uuid from 2.53 on, an integer before. */
async function hostOf(
  deps: Pick<HypervisorDeps, 'allHosts'>,
  { params: { id = '' }, microversion }: Request,
): Promise<Host> {
  // No hypervisor's id: from 2.88 on it is a route that is not there any more.
  if (id === 'statistics') throw notFound('The resource');
  const asked = atLeast(microversion, '2.53') ? parsed(z.guid(), id, 'id').toLowerCase() : id;
  const hosts = await deps.allHosts();
  const host = hosts.find((each) => String(hypervisorId(each, microversion)) === asked);
  if (!host) throw notFound(`Hypervisor with ID '${id}'`);
  return host;
}
