/** What operators look at first: counts of hosts, servers, ports and open faults, and what waits. */
import { deadLetterQueues, shownQueues, workQueues } from '../domain/delivery/queue-names.ts';
import {
  notEmptySince,
  type QueueDepth,
  type QueueSample,
} from '../domain/delivery/queue-samples.ts';
import { hostCounts } from '../domain/hosts/host-counts.ts';
import type { ListedHost } from '../domain/hosts/listed-host.ts';
import { momentOf } from '../domain/time.ts';

type KeyCount = { readonly count: number; readonly complete: boolean };
type Depths = Readonly<Record<string, QueueDepth>>;

/** What the flow needs from outside. */
export type CloudStatusDeps = {
  /** Every registered host. */
  readonly allHosts: () => Promise<readonly ListedHost[]>;
  /** Servers by their written state, as the indexes show them. */
  readonly serversByState: () => Promise<{
    readonly counts: Readonly<Record<string, number>>;
    readonly complete: boolean;
  }>;
  readonly portCount: () => Promise<KeyCount>;
  readonly openFaultCount: () => Promise<KeyCount & { readonly oldest_at: string | null }>;
  /** The depths of the queues of work, and of those of dead letters, by their names. */
  readonly depthsOfWork: () => Promise<Depths>;
  readonly depthsOfDeadLetters: () => Promise<Depths>;
  /** The samples of queues from a moment on, oldest first. */
  readonly samplesFrom: (from: string) => Promise<readonly QueueSample[]>;
  readonly serviceDownTimeSeconds: number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
};

/**
 * How far back the samples are read for the time since which a queue is not empty, in milliseconds.
 */
const lookBackMs = 3_600_000;

const nothing: QueueDepth = { waiting: 0, in_flight: 0, delayed: 0 };

/** The counts of now. `complete` is false for a number that is a lower bound. */
export async function cloudStatus(deps: CloudStatusDeps) {
  const now = deps.clock();
  const [hosts, servers, ports, faults, work, dead, samples] = await Promise.all([
    deps.allHosts(),
    deps.serversByState(),
    deps.portCount(),
    deps.openFaultCount(),
    deps.depthsOfWork(),
    deps.depthsOfDeadLetters(),
    deps.samplesFrom(momentOf(now - lookBackMs)),
  ]);
  const at = momentOf(now);
  const { serviceDownTimeSeconds } = deps;
  return {
    at,
    hosts: hostCounts(hosts, { now: at, serviceDownTimeSeconds }),
    servers: {
      total: Object.values(servers.counts).reduce((sum, each) => sum + each, 0),
      by_state: servers.counts,
      complete: servers.complete,
    },
    ports: { total: ports.count, complete: ports.complete },
    faults: { open: faults.count, oldest_at: faults.oldest_at, complete: faults.complete },
    queues: shownQueues(workQueues, work).map((name) => ({
      name,
      ...(work[name] ?? nothing),
      not_empty_since: notEmptySince(samples, name),
    })),
    dead_letters: shownQueues(deadLetterQueues, dead).map((queue) => ({
      queue,
      count: (dead[queue] ?? nothing).waiting + (dead[queue] ?? nothing).in_flight,
    })),
  };
}

/** The answer of `GET /doctor/v1/status`. */
export type CloudStatus = Awaited<ReturnType<typeof cloudStatus>>;

/**
 * How long counts are kept, in milliseconds: a count costs some fifty reads and some twenty
 * requests to SQS.
 */
export const statusKeptMs = 10_000;

/** Counts at most every ten seconds, however many ask. Errors are not kept. */
export function keptStatus(deps: CloudStatusDeps): () => Promise<CloudStatus> {
  let kept: { readonly at: number; readonly status: Promise<CloudStatus> } | undefined;
  return () => {
    const at = deps.clock();
    if (kept && at - kept.at < statusKeptMs) return kept.status;
    const status = cloudStatus(deps);
    kept = { at, status };
    status.catch(() => {
      kept = undefined;
    });
    return status;
  };
}
