/** Puts the timekeeper together: handler and flows, on plain stores. */
import {
  type QueueTimeoutsDeps,
  queueTimeouts,
  type StoredTimer,
} from '../../flows/queue-timeouts.ts';
import { type WatchHostsDeps, watchHosts } from '../../flows/watch-hosts.ts';
import { type TimekeeperDeps, timekeeper } from './handler.ts';

export type TimekeeperParts<Timer extends StoredTimer> = Omit<
  TimekeeperDeps,
  'watchHosts' | 'queueTimeouts'
> &
  WatchHostsDeps &
  QueueTimeoutsDeps<Timer>;

/** The handler of the schedule and of the queue of ticks. */
export const compose = <Timer extends StoredTimer>(parts: TimekeeperParts<Timer>) =>
  timekeeper({
    ...parts,
    watchHosts: (shard, clock) => watchHosts(parts, shard, clock),
    queueTimeouts: (from) => queueTimeouts(parts, from),
  });
