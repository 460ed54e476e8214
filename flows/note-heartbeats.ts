/** Records heartbeats of many hosts. */
import pMap from 'p-map';
import { DomainError } from '../domain/errors.ts';
import { type NoteHeartbeatDeps, noteHeartbeat } from './note-heartbeat.ts';

/** What the flow reads and writes. */
export type NoteHeartbeatsDeps = NoteHeartbeatDeps & {
  /**
   * Writes the time into the rows of hosts that have an older one, in few requests.
   * @returns the names that were not written: each is noted alone, which says why.
   */
  readonly seenUpTogether: (names: readonly string[], at: string) => Promise<readonly string[]>;
};

/** Hosts whose heartbeats are written at once, where each is written alone. */
const hostsAtOnce = 10;

/**
 * Records that the hosts ran at a time. Safe to repeat: a newer heartbeat stays.
 * @returns the names of hosts that are not registered.
 * @throws the first error of a host, after all others are done.
 */
export async function noteHeartbeats(
  deps: NoteHeartbeatsDeps,
  hosts: readonly string[],
  at: string,
): Promise<string[]> {
  const names = [...new Set(hosts)];
  const left = names.length > 1 ? await deps.seenUpTogether(names, at) : names;
  const unknown: string[] = [];
  await pMap(
    left,
    async (host) => {
      try {
        await noteHeartbeat(deps, host, { at, restarted: false });
      } catch (error) {
        if (!(error instanceof DomainError) || error.code !== 'not_found') throw error;
        unknown.push(host);
      }
    },
    { concurrency: hostsAtOnce, stopOnError: false },
  );
  return unknown;
}
