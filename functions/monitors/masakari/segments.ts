/**
 * `/v1/segments`, to read only: one failover segment for each availability zone.
 * docs/wire/instance-ha.md#segments.
 */
import { ignored } from '../../../adapters/http/readers.ts';
import type { Route } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import type { Host } from '../../../domain/hosts/host.ts';
import { may } from '../../../domain/identity/access.ts';
import { segmentId } from '../../../domain/ids.ts';
import { haRoute } from './ha-route.ts';
import { listPage } from './list-query.ts';
import { afterMarker, numberOf } from './markers.ts';

/** What is shown of a host. */
type SegmentHost = Pick<Host, 'host' | 'hypervisor_id' | 'maintenance' | 'zone'>;

export type SegmentDeps = {
  /** The zones that have hosts, in any order. */
  readonly zones: () => Promise<readonly { readonly name: string }[]>;
  /** Every registered host, by name. */
  readonly allHosts: () => Promise<readonly SegmentHost[]>;
};

const reading = { method: 'GET', roles: may.readHosts, body: ignored } as const;

export const segmentRoutes = (deps: SegmentDeps): Route[] => [
  haRoute({
    ...reading,
    path: '/v1/segments',
    query: listPage,
    handle: async ({ args }) => {
      const segments = (await zonesOf(deps)).map(segmentView);
      return { status: 200, body: { segments: pageOf(segments, args) } };
    },
  }),
  haRoute({
    ...reading,
    path: '/v1/segments/:segment',
    query: ignored,
    handle: async ({ params }) => {
      const segment = segmentView(await zoneOf(deps, params.segment));
      return { status: 200, body: { segment } };
    },
  }),
  haRoute({
    ...reading,
    path: '/v1/segments/:segment/hosts',
    query: listPage,
    handle: async ({ params, args }) => {
      const zone = await zoneOf(deps, params.segment);
      const hosts = (await hostsOfZone(deps, zone)).map(hostView);
      return { status: 200, body: { hosts: pageOf(hosts, args) } };
    },
  }),
  haRoute({
    ...reading,
    path: '/v1/segments/:segment/hosts/:host',
    query: ignored,
    handle: async ({ params }) => {
      const hosts = await hostsOfZone(deps, await zoneOf(deps, params.segment));
      const found = hosts.find(({ hypervisor_id }) => hypervisor_id === params.host);
      if (found) return { status: 200, body: { host: hostView(found) } };
      throw notFound('Host', params.host);
    },
  }),
];

const notFound = (what: string, id = ''): DomainError =>
  new DomainError('not_found', `${what} with id ${id.slice(0, 100)} could not be found.`);

/** The names of the zones, in order. */
const zonesOf = async ({ zones }: SegmentDeps): Promise<string[]> =>
  (await zones()).map(({ name }) => name).sort();

const hostsOfZone = async ({ allHosts }: SegmentDeps, zone: string): Promise<SegmentHost[]> =>
  (await allHosts()).filter((host) => host.zone === zone);

async function zoneOf(deps: SegmentDeps, id: string | undefined): Promise<string> {
  const zone = (await zonesOf(deps)).find((name) => segmentId(name) === id);
  if (zone === undefined) throw notFound('No failover segment', id);
  return zone;
}

/** The page that a query asks for. */
const pageOf = <T extends { readonly uuid: string }>(
  items: readonly T[],
  { limit, marker }: ReturnType<typeof listPage>,
): readonly T[] => afterMarker(items, ({ uuid }) => uuid, marker).slice(0, limit);

/** Masakari's facts of a row that Doctor does not have. */
const untimed = { created_at: null, updated_at: null, deleted: false, deleted_at: null };

function segmentView(zone: string) {
  const uuid = segmentId(zone);
  return {
    id: numberOf(uuid),
    uuid,
    name: zone,
    description: `The hosts of the availability zone ${zone}.`,
    service_type: 'COMPUTE',
    recovery_method: 'auto',
    enabled: true,
    ...untimed,
  };
}

function hostView({ host, hypervisor_id, zone, maintenance }: SegmentHost) {
  const failover_segment = segmentView(zone);
  return {
    id: numberOf(hypervisor_id),
    uuid: hypervisor_id,
    name: host,
    type: 'COMPUTE',
    control_attributes: '',
    reserved: false,
    on_maintenance: maintenance,
    failover_segment_id: failover_segment.uuid,
    failover_segment,
    ...untimed,
  };
}
