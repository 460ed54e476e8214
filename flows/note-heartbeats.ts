/** Records heartbeats of many hosts. */
import pMap from 'p-map';
import { DomainError } from '../domain/errors.ts';
import { type NoteHeartbeatDeps, noteHeartbeat } from './note-heartbeat.ts';

/** Hosts whose heartbeats are written at once. */
const hostsAtOnce = 10;

/**
 * Records that the hosts ran at a time. Safe to repeat: a newer heartbeat stays.
 * @returns the names of hosts that are not registered.
 * @throws the first error of a host, after all others are done.
 */
export async function noteHeartbeats(
  deps: NoteHeartbeatDeps,
  hosts: readonly string[],
  at: string,
): Promise<string[]> {
  const unknown: string[] = [];
  await pMap(
    new Set(hosts),
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
