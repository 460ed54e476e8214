/** Finds the hosts that a request for hypervisors is about. */
import * as z from 'zod';
import { atLeast } from '../../../adapters/http/microversion.ts';
import { parsed } from '../../../adapters/http/parsed.ts';
import type { RouteRequest } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Host } from '../../../domain/hosts/host.ts';
import { hostKey } from '../../../domain/hosts/host-name.ts';
import type { HostRange, ListedHost } from '../../../domain/hosts/listed-host.ts';
import { maxPage } from '../nova-types.ts';
import type { HypervisorQuery } from './hypervisor-query.ts';
import { hypervisorId } from './hypervisor-view.ts';
import type { ServiceDeps } from './service-deps.ts';

export type HypervisorLookupDeps = Pick<ServiceDeps, 'allHosts' | 'host' | 'hostOfNumber'> & {
  /** The name of the host whose hypervisor has the id; undefined if there is none. */
  readonly hostOfHypervisor: (hypervisor_id: string) => Promise<string | undefined>;
  /** Registered hosts in a range, by name, read consistently. */
  readonly hostsIn: (range: HostRange) => Promise<readonly ListedHost[]>;
};

type Request = RouteRequest<unknown, unknown>;

const notFound = (what: string) =>
  new DomainError('not_found', `${what.slice(0, 300)} could not be found.`);

/**
 * The hosts whose names contain the text, in order of their names. @throws not_found if there are
 * none.
 */
export async function hostsMatching(
  deps: HypervisorLookupDeps,
  text: string,
): Promise<readonly ListedHost[]> {
  const all = await deps.allHosts();
  const hosts = all.filter(({ host }) => hostKey(host).includes(hostKey(text)));
  if (hosts.length === 0) throw notFound(`No hypervisor matching '${text}'`);
  return hosts;
}

/**
 * The hosts after the marker of the query, and whether there are more. @throws invalid for an
 * unknown marker.
 */
export async function pageOfHosts(
  deps: HypervisorLookupDeps,
  request: RouteRequest<unknown, HypervisorQuery>,
): Promise<{ readonly hosts: readonly ListedHost[]; readonly more: boolean }> {
  const { limit = maxPage, marker } = request.args;
  const after = marker === undefined ? undefined : await hostById(deps, marker, request);
  if (marker !== undefined && !after) {
    throw new DomainError('invalid', `Marker ${marker} could not be found.`);
  }
  if (limit === 0) return { hosts: [], more: false };
  const hosts = await deps.hostsIn({ after: after?.host, most: limit + 1 });
  return { hosts: hosts.slice(0, limit), more: hosts.length > limit };
}

/**
 * The host whose hypervisor has the id; undefined if there is none. The id is a uuid, or a number
 * before microversion 2.53.
 */
async function hostById(
  deps: HypervisorLookupDeps,
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

/**
 * The host of the hypervisor in the path. @throws not_found if there is none; invalid for a
 * malformed id.
 */
export async function hostOfPath(deps: HypervisorLookupDeps, request: Request): Promise<Host> {
  const { params, microversion } = request;
  const { id = '' } = params;
  // The route `statistics` ends with 2.87. From 2.88 on its name would be read as an id.
  if (id === 'statistics') throw notFound('The resource');
  const key = atLeast(microversion, '2.53') ? parsed(z.guid(), id, 'id').toLowerCase() : id;
  const host = await hostById(deps, key, request);
  if (!host) throw notFound(`Hypervisor with ID '${id}'`);
  return host;
}
