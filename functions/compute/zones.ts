/** `os-availability-zone`: the zones that hosts are in, for any token and without the hosts. */
import { ignored, type Route, route } from '../../adapters/http/route.ts';
import type { Host } from '../../domain/host.ts';

export type ZoneDeps = { readonly allHosts: () => Promise<readonly Host[]> };

export const zoneRoutes = ({ allHosts }: ZoneDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v2.1/os-availability-zone',
    query: ignored,
    body: ignored,
    handle: async () => ({
      status: 200,
      body: { availabilityZoneInfo: zonesOf(await allHosts()) },
    }),
  }),
];

/** By name. Source: nova `availability_zones.py`: a zone is available if one of its hosts is enabled. */
function zonesOf(hosts: readonly Host[]) {
  const enabled = hosts.filter(({ status }) => status === 'enabled').map(({ zone }) => zone);
  return [...new Set(hosts.map(({ zone }) => zone))].sort().map((zoneName) => ({
    zoneName,
    zoneState: { available: enabled.includes(zoneName) },
    hosts: null,
  }));
}
