/** `os-availability-zone`: the zones of the hosts. Only administrators see the hosts. */
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, route } from '../../../adapters/http/route.ts';
import { type Host, type HostState, lastReport } from '../../../domain/hosts/host.ts';
import { may } from '../../../domain/identity/access.ts';
import { microseconds } from '../../../domain/time.ts';

export type ZoneDeps = {
  readonly allHosts: () => Promise<readonly Host[]>;
  /** nova-compute's state now. */
  readonly stateOf: (host: Host) => HostState;
  readonly now: () => string;
};

export const zoneRoutes = ({ allHosts, stateOf, now }: ZoneDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v2.1/os-availability-zone',
    query: ignored,
    body: ignored,
    handle: async () => {
      const availabilityZoneInfo = zonesOf(await allHosts(), () => null);
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
      const availabilityZoneInfo = zonesOf(await allHosts(), (hosts) =>
        Object.fromEntries(
          hosts.map((host) => [host.host, servicesOf(host, stateOf(host), now())]),
        ),
      );
      return { status: 200, body: { availabilityZoneInfo } };
    },
  }),
];

/**
 * The zones in order of their names. A zone is available if one of its hosts is enabled. Source:
 * nova `availability_zones.py`.
 */
const zonesOf = (all: readonly Host[], shown: (hosts: readonly Host[]) => unknown) =>
  [...Map.groupBy(all, ({ zone }) => zone)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([zoneName, hosts]) => ({
      zoneName,
      zoneState: { available: hosts.some(({ status }) => status === 'enabled') },
      hosts: shown(hosts),
    }));

const servicesOf = (host: Host, state: HostState, now: string) => ({
  'nova-compute': {
    active: host.status === 'enabled',
    available: state === 'up',
    updated_at: microseconds(lastReport(host, state, now)),
  },
});
