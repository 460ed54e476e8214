/** Addresses of a server, as Nova shows them. */
import { createHash } from 'node:crypto';
import type { Instance } from '../../../domain/servers/instance.ts';

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

/** The same without what is of the network alone. */
export const briefAddresses = (list: Instance['addresses'][string]) =>
  list.map(({ version, addr }) => ({ version, addr }));
