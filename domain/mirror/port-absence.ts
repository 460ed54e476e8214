/**
 * What Nova says about a port that Neutron does not show. Nova shows the MAC address of each port of a
 * server. Source: docs/wire/cloud-listings.md#servers.
 */
import { instanceOf, type Port } from '../ports/port.ts';
import type { Instance, InstanceFacts } from '../servers/instance.ts';

/** The MAC addresses of a server's ports, in lower case; empty if its addresses do not say them. */
export const macsOf = ({ addresses }: Pick<InstanceFacts, 'addresses'>): ReadonlySet<string> =>
  new Set(
    Object.values(addresses)
      .flat()
      .flatMap((each) => each['OS-EXT-IPS-MAC:mac_addr']?.toLowerCase() ?? []),
  );

/**
 * - `hidden`: Nova shows the port on its server. So it exists, and Neutron hides it from the service user.
 * - `explained`: its server is gone, too.
 * - `unexplained`: Nova says nothing about it.
 */
export type PortAbsence = 'hidden' | 'explained' | 'unexplained';

/** @param server the row of the port's server; undefined if there is none. */
export function absenceOf(port: Port, server: Instance | undefined): PortAbsence {
  if (instanceOf(port) === undefined) return 'unexplained';
  if (!server || server.deleted) return 'explained';
  return macsOf(server).has(port.mac_address) ? 'hidden' : 'unexplained';
}

/** Why a hidden port is kept, for an administrator. */
export const hiddenPort = 'Nova shows it on its server, Neutron does not show it';
