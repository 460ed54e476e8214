/**
 * What reads of the servers of returned hosts leave in the list of those hosts: who is read again,
 * and when.
 */
import { grownPause } from '../back-off.ts';
import { momentOf } from '../time.ts';
import type { ReturnedHost } from './returned-host.ts';

/**
 * Pauses between two reads, in seconds, and how many there are: ten minutes together. The cloud
 * takes a host for up only when its compute service has reported again.
 */
const pauses = { first: 10, longest: 300 };
const mostPauses = 6;

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
