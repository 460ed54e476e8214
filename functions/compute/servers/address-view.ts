/** Addresses of a server, as Nova shows them. */
import { createHash } from 'node:crypto';
import type { Instance } from '../../../domain/servers/instance.ts';

/** The first half of addresses that Neutron makes. Source: neutron `conf/common.py`, `base_mac`. */
const prefix = 'fa:16:3e';

/**
 * A MAC address for a server on a network whose registration has none: the same each time. It stands for
 * one port, so all addresses of the server on the network share it.
 */
function madeUpMac(uuid: string, network: string): string {
  const digits = createHash('sha256')
    .update(JSON.stringify([uuid, network]))
    .digest('hex');
  return [prefix, digits.slice(0, 2), digits.slice(2, 4), digits.slice(4, 6)].join(':');
}

/**
 * All addresses, each with type and MAC address, which Nova's response schema requires. If the
 * registration has no type, it is `fixed`. If it has no MAC address, it is that of another address of the
 * server on the network, or made up.
 */
export const fullAddresses = ({ uuid, addresses }: Pick<Instance, 'uuid' | 'addresses'>) =>
  Object.fromEntries(
    Object.entries(addresses).map(([network, list]) => {
      const [registered] = list.flatMap((each) => each['OS-EXT-IPS-MAC:mac_addr'] ?? []);
      const full = list.map((each) => ({
        version: each.version,
        addr: each.addr,
        'OS-EXT-IPS:type': each['OS-EXT-IPS:type'] ?? 'fixed',
        'OS-EXT-IPS-MAC:mac_addr':
          each['OS-EXT-IPS-MAC:mac_addr'] ?? registered ?? madeUpMac(uuid, network),
      }));
      return [network, full];
    }),
  );

/** The addresses on one network, without type and MAC address. */
export const briefAddresses = (list: Instance['addresses'][string]) =>
  list.map(({ version, addr }) => ({ version, addr }));
