/** Looks at the hosts of a part of the list, and reports those that miss their heartbeats. */
import {
  type HeartbeatClock,
  hearingSince,
  type MissedHeartbeats,
  maybeSilent,
  missedHeartbeatsAmong,
} from '../domain/conditions/missed-heartbeats.ts';
import type { Host } from '../domain/hosts/host.ts';
import type { ListedHost } from '../domain/hosts/listed-host.ts';

/** What the flow reads and sends. */
export type WatchHostsDeps = {
  /** The hosts of a part of the list; a heartbeat of the last moments may be missing. */
  readonly hostsOfShard: (shard: string) => Promise<readonly ListedHost[]>;
  /** The rows of the names, read consistently, in any order; unknown names are left out. */
  readonly hosts: (names: readonly string[]) => Promise<readonly Host[]>;
  /** Durably queues that the hosts miss their heartbeats. It is recorded if their rows still say so. */
  readonly sendMissed: (
    hosts: readonly string[],
    when: { readonly awake_since: string; readonly found_at: string },
  ) => Promise<void>;
  /**
   * Writes when the hosts of the part are looked at again.
   * @param deafAt this look, if no heartbeat of the part reaches Doctor; undefined leaves the time
   * of an earlier one.
   */
  readonly saveNextLook: (shard: string, next: string, deafAt?: string) => Promise<void>;
  readonly now: () => string;
};

/**
 * Reports hosts that miss their heartbeats, and writes the time of the next look: the first at
 * which another host may be silent. Safe to repeat at any time: the rows decide when it is
 * recorded.
 */
export async function watchHosts(
  deps: WatchHostsDeps,
  shard: string,
  clock: HeartbeatClock,
): Promise<MissedHeartbeats> {
  const listed = (await deps.hostsOfShard(shard)).filter(({ heartbeat }) => heartbeat);
  const names = maybeSilent(listed, clock).map(({ host }) => host);
  const rows = names.length > 0 ? await deps.hosts(names) : [];
  const found = missedHeartbeatsAmong(listed, rows, clock);
  if (found.missed.length > 0) {
    const when = { awake_since: hearingSince(clock), found_at: deps.now() };
    await deps.sendMissed(found.missed, when);
  }
  await deps.saveNextLook(shard, found.next, found.deaf ? clock.now : undefined);
  return found;
}
