/**
 * Names of hosts that differ in upper and lower case alone are one host, as for a Nova or a Neutron on
 * MySQL, whose columns compare so. Decision: docs/adr/0025.
 */

/** What all spellings of a host's name have in common: the key of rows and indexes by host. */
export const hostKey = (name: string): string => name.toLowerCase();

export const isSameHost = (one: string, other: string): boolean => hostKey(one) === hostKey(other);
