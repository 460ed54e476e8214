/**
 * Hosts that are up again, and whose servers are to be read from the cloud: no listing of changes
 * shows them, and the next walk may be an hour away. They are a list in the row of the job
 * `returned`. Source: docs/wire/cloud-listings.md#servers.
 */
import * as z from 'zod';
import { HostName } from '../hosts/host.ts';
import { isSameHost } from '../hosts/host-name.ts';
import { Moment } from '../time.ts';

/** On the queue of the mirror: a host is up again. */
export const HostReturn = z.object({ readHost: HostName });
export type HostReturn = z.infer<typeof HostReturn>;

/** A host whose servers are to be read. */
export const ReturnedHost = z.object({
  host: HostName,
  /** How often it was tried in vain. */
  attempts: z.int().min(0),
  /** Before this moment it is not read. */
  due_at: Moment,
  /** The last server of the page before, in the cloud's words; null for the first page. */
  marker: z.string().nullable(),
});
export type ReturnedHost = z.infer<typeof ReturnedHost>;

/**
 * The most hosts in the list: so its row, which is limited to 400 kB, has room. The next walk sees
 * others.
 */
export const mostReturned = 1_000;

/** The list with a host that is up again since now; undefined if it has no room. */
export function withReturned(
  hosts: readonly ReturnedHost[],
  host: string,
  now: string,
): ReturnedHost[] | undefined {
  const others = hosts.filter((each) => !isSameHost(each.host, host));
  if (others.length >= mostReturned) return undefined;
  return [...others, { host, attempts: 0, due_at: now, marker: null }];
}

/** The hosts to read now, those that wait longest first. */
export const dueHosts = (hosts: readonly ReturnedHost[], now: string): ReturnedHost[] =>
  hosts
    .filter(({ due_at }) => due_at <= now)
    .toSorted((a, b) => (a.due_at < b.due_at ? -1 : a.due_at > b.due_at ? 1 : 0));

/** When the next host is due; undefined if there is none. */
export const nextDue = (hosts: readonly ReturnedHost[]): string | undefined =>
  hosts.map(({ due_at }) => due_at).toSorted()[0];
