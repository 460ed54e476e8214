/** Puts the timekeeper together: handler and flows, on plain stores. */
import { type WatchHostsDeps, watchHosts } from '../../flows/watch-hosts.ts';
import { type TimekeeperDeps, timekeeper } from './handler.ts';

export type TimekeeperParts = Omit<TimekeeperDeps, 'watchHosts'> & WatchHostsDeps;

/** The handler of the schedule and of the queue of ticks. */
export const compose = (parts: TimekeeperParts) =>
  timekeeper({ ...parts, watchHosts: (shard, clock) => watchHosts(parts, shard, clock) });
