/**
 * Hosts that are up again, and whose servers are to be read from the cloud: no listing of changes
 * shows them, and the next walk may be an hour away. They are a list in the row of the job
 * `returned`. Source: docs/wire/cloud-listings.md#servers.
 */
import * as z from 'zod';
import { grownPause } from '../back-off.ts';
import { HostName } from '../hosts/host.ts';
import { isSameHost } from '../hosts/host-name.ts';
import { Moment, momentOf } from '../time.ts';

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

/**
 * Pauses between two reads, in seconds, and how many there are: ten minutes together. The cloud
 * takes a host for up only when its compute service has reported again.
 */
const pauses = { first: 10, longest: 300 };
const mostPauses = 6;

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

/**
 * The outcome of a read of one page. `done`: it was the last page, and the cloud takes the host for
 * up. `left`: Doctor has no such host, or it is down again, so nothing was read. `not yet`: the
 * cloud does not take the host for up, so the states that a fault has set stand, or its listing
 * changed meanwhile. `failed`: the cloud or a table did not answer. `next`: the marker of the next
 * page.
 */
export type HostReadOutcome = 'done' | 'left' | 'not yet' | 'failed' | { readonly next: string };

/** A host as it was read, and the outcome. */
export type HostReading = { readonly of: ReturnedHost; readonly outcome: HostReadOutcome };

/**
 * The list after reads that ended now. A host that returned once more meanwhile stays as it is.
 * After the last pause a host leaves the list: the next walk sees its servers.
 */
export function afterReads(
  hosts: readonly ReturnedHost[],
  readings: readonly HostReading[],
  now: string,
): ReturnedHost[] {
  const read = new Map(readings.map(({ of, outcome }) => [of.host, { of, outcome }]));
  return hosts.flatMap((each) => {
    const reading = read.get(each.host);
    if (!reading || reading.of.due_at !== each.due_at) return [each];
    return next(each, reading.outcome, now);
  });
}

function next(each: ReturnedHost, outcome: HostReadOutcome, now: string): ReturnedHost[] {
  if (outcome === 'done' || outcome === 'left') return [];
  // Behind the others that are due.
  if (typeof outcome === 'object') return [{ ...each, due_at: now, marker: outcome.next }];
  const attempts = each.attempts + 1;
  if (attempts > mostPauses) return [];
  const due_at = momentOf(Date.parse(now) + grownPause(attempts, pauses) * 1000);
  return [{ ...each, attempts, due_at, marker: null }];
}
