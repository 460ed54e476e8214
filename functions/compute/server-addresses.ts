/** Addresses of a server, as Nova shows them, and `servers/{id}/ips`. */
import { createHash } from 'node:crypto';
import { ignored, type Route, route } from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Instance } from '../../domain/instance.ts';
import { type OneServerDeps, serverFor } from './one-server.ts';

/** The first half of addresses that Neutron makes. Source: neutron `conf/common.py`, `base_mac`. */
const prefix = 'fa:16:3e';

/**
 * The MAC address of a server on a network of which nobody told it: always the same. It stands for one
 * port, so all addresses that the server has on the network share it.
 */
function madeUpMac(uuid: string, network: string): string {
  const digits = createHash('sha256')
    .update(JSON.stringify([uuid, network]))
    .digest('hex');
  return [prefix, digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6)].join(':');
}

/**
 * Every address with its type and its MAC address, which Nova's response schema requires. Where a
 * registration is silent, the type is `fixed`, and the MAC address is another's on the network, or made
 * up.
 */
export const fullAddresses = ({ uuid, addresses }: Pick<Instance, 'uuid' | 'addresses'>) =>
  Object.fromEntries(
    Object.entries(addresses).map(([network, list]) => {
      const [told] = list.flatMap((each) => each['OS-EXT-IPS-MAC:mac_addr'] ?? []);
      const full = list.map((each) => ({
        version: each.version,
        addr: each.addr,
        'OS-EXT-IPS:type': each['OS-EXT-IPS:type'] ?? 'fixed',
        'OS-EXT-IPS-MAC:mac_addr':
          each['OS-EXT-IPS-MAC:mac_addr'] ?? told ?? madeUpMac(uuid, network),
      }));
      return [network, full];
    }),
  );

const briefAddresses = (list: Instance['addresses'][string]) =>
  list.map(({ version, addr }) => ({ version, addr }));

export function serverAddressRoutes(deps: OneServerDeps): Route[] {
  const path = '/v2.1/servers/:id/ips';
  const shared = { method: 'GET', query: ignored, body: ignored } as const;
  return [
    route({
      ...{ ...shared, path },
      handle: async (request) => {
        const { instance } = await serverFor('reader', deps, request);
        const networks = Object.entries(instance.addresses);
        const addresses = Object.fromEntries(
          networks.map(([network, list]) => [network, briefAddresses(list)]),
        );
        return { status: 200, body: { addresses } };
      },
    }),
    route({
      ...{ ...shared, path: `${path}/:network` },
      handle: async (request) => {
        const { instance } = await serverFor('reader', deps, request);
        const { network = '' } = request.params;
        const list = new Map(Object.entries(instance.addresses)).get(network);
        if (!list) {
          throw new DomainError('not_found', 'Instance is not a member of specified network');
        }
        return { status: 200, body: { [network]: briefAddresses(list) } };
      },
    }),
  ];
}
