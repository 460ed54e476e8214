/** `os-hypervisors` and `os-aggregates`, for administrators, as far as the recorded clients ask. */

import * as z from 'zod';
import { answerBytes, fitting, mostAnswerBytes } from '../../../adapters/http/answer-size.ts';
import { atLeast } from '../../../adapters/http/microversion.ts';
import { nextLink } from '../../../adapters/http/next-link.ts';
import {
  ignored,
  parsed,
  type Route,
  type RouteRequest,
  route,
} from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Host, HostRange } from '../../../domain/hosts/host.ts';
import { hostKey } from '../../../domain/hosts/host-name.ts';
import { may, requireRole } from '../../../domain/identity/access.ts';
import { maxPage } from '../nova-types.ts';
import type { ServerPages } from '../servers/server-list.ts';
import { type HypervisorQuery, listEras, showEras } from './hypervisor-query.ts';
import { serversOn } from './hypervisor-servers.ts';
import {
  briefHypervisor,
  detailedHypervisor,
  hypervisorId,
  serversShown,
  statisticsOf,
} from './hypervisor-view.ts';
import type { ServiceDeps } from './services.ts';

export type HypervisorDeps = Pick<ServiceDeps, 'allHosts' | 'host' | 'hostOfNumber' | 'stateOf'> &
  Pick<ServerPages, 'instancesOn' | 'allSeen'> & {
    /** The name of the host whose hypervisor has the id. */
    readonly hostOfHypervisor: (hypervisor_id: string) => Promise<string | undefined>;
    /** Names of hosts in order, as the index shows them: those after one, at most so many. */
    readonly hostNames: (range?: HostRange) => Promise<readonly string[]>;
    /** Their rows, deleted ones too, in any order; unknown names are left out. */
    readonly hosts: (names: readonly string[]) => Promise<readonly Host[]>;
  };

type Request = RouteRequest<unknown, unknown>;
type Show = typeof briefHypervisor | typeof detailedHypervisor;

const root = '/v2.1/os-hypervisors';
const admins = { method: 'GET', roles: may.readHosts, body: ignored } as const;

const notFound = (what: string) =>
  new DomainError('not_found', `${what.slice(0, 300)} could not be found.`);

export function hypervisorRoutes(deps: HypervisorDeps): Route[] {
  const show = async (
    hosts: readonly Host[],
    as: Show,
    { microversion, caller }: Request,
    with_servers = false,
  ) => {
    if (with_servers) requireRole(caller, ...may.readServersOfHosts);
    const servers = with_servers ? await serversOn(deps, hosts) : undefined;
    return hosts.map((host) => ({
      ...as(host, { microversion, stateOf: deps.stateOf }),
      ...(servers ? serversShown(servers.get(host.host) ?? [], microversion) : {}),
    }));
  };

  /** The hosts of which the names have the text in them. @throws not_found if there are none. */
  const matching = async (text: string): Promise<readonly Host[]> => {
    const names = await deps.hostNames();
    const hosts = await named(
      deps,
      names.filter((name) => hostKey(name).includes(hostKey(text))),
    );
    if (hosts.length === 0) throw notFound(`No hypervisor matching '${text}'`);
    return hosts;
  };

  const list = (path: string, as: Show): Route[] =>
    listEras.map(({ query, ...versions }) =>
      route({
        ...{ ...admins, path, versions, query },
        handle: async (request) => {
          const { hypervisor_hostname_pattern: pattern, with_servers } = request.args;
          const paged = pattern === undefined && atLeast(request.microversion, '2.33');
          const { hosts, more } = paged
            ? await pageOf(deps, request)
            : { hosts: await (pattern ? matching(pattern) : deps.allHosts()), more: false };
          const hypervisors = await show(hosts, as, request, with_servers);
          const shown = paged ? fitting(hypervisors) : whole(hypervisors);
          const end = hosts[shown.length - 1];
          const next =
            (more || shown.length < hosts.length) &&
            end &&
            nextLink(request, String(hypervisorId(end, request.microversion)));
          const links = next && { hypervisors_links: [{ rel: 'next', href: next }] };
          return { status: 200, body: { hypervisors: shown, ...links } };
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
        return { status: 200, body: { hypervisors: whole(hypervisors) } };
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

/** What has no pages is answered whole or not at all: a client would take a part for all. */
function whole<T>(hypervisors: readonly T[]): readonly T[] {
  if (answerBytes(hypervisors) <= mostAnswerBytes) return hypervisors;
  throw new DomainError('too_large', 'There are too many hypervisors and servers for one answer.');
}

/** The hosts of these names that are there, in the order of the names. */
async function named(
  { hosts }: Pick<HypervisorDeps, 'hosts'>,
  names: readonly string[],
): Promise<readonly Host[]> {
  const found = (await hosts(names)).filter(({ deleted }) => !deleted);
  return found.toSorted((a, b) => (a.host < b.host ? -1 : 1));
}

/** The hosts after the marker, and whether there are more. */
async function pageOf(deps: HypervisorDeps, request: RouteRequest<unknown, HypervisorQuery>) {
  const { limit = maxPage, marker } = request.args;
  const after = marker === undefined ? undefined : await hostById(deps, marker, request);
  if (marker !== undefined && !after) {
    throw new DomainError('invalid', `Marker ${marker} could not be found.`);
  }
  if (limit === 0) return { hosts: [], more: false };
  const names = await deps.hostNames({ after: after?.host, most: limit + 1 });
  return { hosts: await named(deps, names.slice(0, limit)), more: names.length > limit };
}

/** The host of the hypervisor that has the id at a microversion: a uuid, or a number before 2.53. */
async function hostById(
  deps: HypervisorDeps,
  id: string,
  { microversion }: Request,
): Promise<Host | undefined> {
  const number = /^[1-9]\d{0,14}$/.test(id) ? Number(id) : undefined;
  const name = await (atLeast(microversion, '2.53')
    ? deps.hostOfHypervisor(id)
    : number && deps.hostOfNumber(number));
  const host = name ? await deps.host(name) : undefined;
  return host && !host.deleted && String(hypervisorId(host, microversion)) === id
    ? host
    : undefined;
}

/** The host of the hypervisor in the path. */
async function hostOf(deps: HypervisorDeps, request: Request): Promise<Host> {
  const { params, microversion } = request;
  const { id = '' } = params;
  // No hypervisor's id: from 2.88 on it is a route that is not there any more.
  if (id === 'statistics') throw notFound('The resource');
  const asked = atLeast(microversion, '2.53') ? parsed(z.guid(), id, 'id').toLowerCase() : id;
  const host = await hostById(deps, asked, request);
  if (!host) throw notFound(`Hypervisor with ID '${id}'`);
  return host;
}
