/**
 * Two names that differ only in upper and lower case are the same host, as in Nova and Neutron on MySQL,
 * which compare text in this way. Decision: docs/adr/0025.
 */

/** The lower-case name, the same for all spellings: the key of rows and indexes by host. */
export const hostKey = (name: string): string => name.toLowerCase();

/** Whether two names are spellings of the same host. */
export const isSameHost = (one: string, other: string): boolean => hostKey(one) === hostKey(other);
