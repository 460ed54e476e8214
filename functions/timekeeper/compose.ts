/** Puts the timekeeper together: handler and flows, on plain stores. */
import type { ProjectTimer } from '../../domain/alarms/timeout-messages.ts';
import { type QueueTimeoutsDeps, queueTimeouts } from '../../flows/queue-timeouts.ts';
import { type WatchHostsDeps, watchHosts } from '../../flows/watch-hosts.ts';
import { type TimekeeperDeps, timekeeper } from './handler.ts';

export type TimekeeperParts<Timer extends ProjectTimer> = Omit<
  TimekeeperDeps,
  'watchHosts' | 'queueTimeouts'
> &
  WatchHostsDeps &
  QueueTimeoutsDeps<Timer>;

/** The handler of the schedule and of the queue of ticks. */
export const compose = <Timer extends ProjectTimer>(parts: TimekeeperParts<Timer>) =>
  timekeeper({
    ...parts,
    watchHosts: (shard, clock) => watchHosts(parts, shard, clock),
    queueTimeouts: (from) => queueTimeouts(parts, from),
  });
