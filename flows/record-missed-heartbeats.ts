/** Records that hosts miss their heartbeats, or send them again. The rows of the hosts decide. */
import pMap from 'p-map';
import {
  heartbeatObservation,
  isHeldSilent,
  isSilent,
  type MissedHeartbeatsMessage,
} from '../domain/conditions/missed-heartbeats.ts';
import type { Source } from '../domain/conditions/source.ts';
import { heartbeatSource } from '../domain/hosts/holders.ts';
import type { Host } from '../domain/hosts/host.ts';
import { type ReportOnHostDeps, reportOnHost } from './report-on-host.ts';

/** What the flow reads and writes. */
export type RecordMissedHeartbeatsDeps = ReportOnHostDeps & {
  /** The settings of a source, read consistently. */
  readonly source: (name: string) => Promise<Source>;
  readonly serviceDownTimeSeconds: number;
  readonly now: () => string;
};

/** Hosts that are recorded at once. */
const hostsAtOnce = 8;

/** The row of the host says otherwise by now, or says so already: nothing is recorded. */
class NothingToRecord extends Error {}

/**
 * Raises or ends the condition of each host, each as one crash-safe step. A host whose row says
 * otherwise is left as it is: the row is read with the condition, and the write fails if a
 * heartbeat came since. Safe to repeat.
 * @param request_id the id of the message. @returns the hosts whose condition changed.
 * @throws the first error of a host, after all others are done.
 */
export async function recordMissedHeartbeats(
  deps: RecordMissedHeartbeatsDeps,
  message: MissedHeartbeatsMessage,
  request_id: string,
): Promise<readonly string[]> {
  const missed = 'missed' in message;
  const { serviceDownTimeSeconds } = deps;
  const awakeSince = missed ? message.awake_since : '';
  const applies = (host: Host): boolean => {
    const clock = { now: deps.now(), serviceDownTimeSeconds, awakeSince };
    const silent = isSilent(host, clock);
    return missed ? silent && !isHeldSilent(host) : !silent && isHeldSilent(host);
  };
  const guarded: ReportOnHostDeps = {
    ...deps,
    host: async (name) => {
      const host = await deps.host(name);
      if (!host || host.deleted || !applies(host)) throw new NothingToRecord();
      return host;
    },
  };
  const source = await deps.source(heartbeatSource);
  const reporter = { user_id: heartbeatSource, user_name: heartbeatSource, project_id: '' };
  const changed: string[] = [];
  const names = new Set(missed ? message.missed : message.heard);
  await pMap(
    names,
    async (host) => {
      const actor = { user_id: heartbeatSource, request_id, at: deps.now() };
      const by = { actor, reporter, source: source.name };
      const status = missed ? 'raised' : 'cleared';
      const observation = heartbeatObservation(host, status, { source, serviceDownTimeSeconds });
      try {
        const { kind } = await reportOnHost(guarded, observation, host, { source, by });
        if (kind === status) changed.push(host);
      } catch (error) {
        if (!(error instanceof NothingToRecord)) throw error;
      }
    },
    { concurrency: hostsAtOnce, stopOnError: false },
  );
  return changed;
}
