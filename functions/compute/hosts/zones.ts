/** `os-availability-zone`: the zones of the hosts. Only administrators see the hosts. */
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, route } from '../../../adapters/http/route.ts';
import { microseconds } from '../../../dialects/openstack-times.ts';
import { type HostState, lastReport } from '../../../domain/hosts/host.ts';
import type { ListedHost } from '../../../domain/hosts/listed-host.ts';
import type { Zone } from '../../../domain/hosts/zones.ts';
import { may } from '../../../domain/identity/access.ts';
import type { ServiceDeps } from './service-deps.ts';

export type ZoneDeps = Pick<ServiceDeps, 'allHosts' | 'stateOf' | 'now'> & {
  /** The zones that have hosts, in any order. It reads a row of each, whatever the number of hosts. */
  readonly zones: () => Promise<readonly Zone[]>;
};

export const zoneRoutes = ({ zones, allHosts, stateOf, now }: ZoneDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v2.1/os-availability-zone',
    query: ignored,
    body: ignored,
    handle: async () => {
      const shown = (await zones()).map(({ name, available }) => zoneView(name, available, null));
      const availabilityZoneInfo = shown.toSorted(byName);
      return { status: 200, body: { availabilityZoneInfo } };
    },
  }),
  route({
    method: 'GET',
    path: '/v2.1/os-availability-zone/detail',
    roles: may.readHosts,
    query: ignored,
    body: ignored,
    handle: async () => {
      const hosts = Map.groupBy(await allHosts(), ({ zone }) => zone);
      const availabilityZoneInfo = [...hosts].map(([zone, its]) => {
        const services = its.map(
          (host) => [host.host, servicesOf(host, stateOf(host), now())] as const,
        );
        const available = its.some(({ status }) => status === 'enabled');
        return zoneView(zone, available, Object.fromEntries(services));
      });
      return { status: 200, body: { availabilityZoneInfo: availabilityZoneInfo.toSorted(byName) } };
    },
  }),
];

/** A zone is available if one of its hosts is enabled. Source: nova `availability_zones.py`. */
const zoneView = (zoneName: string, available: boolean, hosts: unknown) => ({
  zoneName,
  zoneState: { available },
  hosts,
});

const byName = (a: { readonly zoneName: string }, b: { readonly zoneName: string }) =>
  a.zoneName < b.zoneName ? -1 : 1;

const servicesOf = (host: ListedHost, state: HostState, now: string) => ({
  'nova-compute': {
    active: host.status === 'enabled',
    available: state === 'up',
    updated_at: microseconds(lastReport(host, state, now)),
  },
});
