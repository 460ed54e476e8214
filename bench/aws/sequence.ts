import type { HopName } from './hops.ts';

/** What happens one after the other: hops that run at the same time are in one stage. */
export type Stage = {
  readonly what: string;
  readonly hops: readonly HopName[];
  /** A function is invoked, which may have to start. */
  readonly invokes?: true;
};

/**
 * From the report of a host with one server and one alarm to the subscriber's queue, in the order of
 * docs/design.md, "The path of a fault". Update it when a call on this path comes, goes or moves;
 * then run `npm run docs`.
 */
export const sequence: readonly Stage[] = [
  { what: 'API Gateway', hops: ['gateway'], invokes: true },
  { what: 'code of `compute`', hops: ['code of a handler'] },
  {
    what: 'at once: the token (`validity`), the host, and two indexes of the instances there',
    hops: ['read', 'read', 'read', 'read'],
  },
  { what: 'the instances', hops: ['read'] },
  { what: 'host, fault and instances', hops: ['transaction'] },
  { what: 'event queue to `alarm-evaluator`', hops: ['queue to function'], invokes: true },
  { what: 'code of `alarm-evaluator`', hops: ['code of a handler'] },
  { what: 'how many alarms the projects have', hops: ['read'] },
  { what: 'index: the alarms, by the key of the server', hops: ['read'] },
  { what: 'the alarms', hops: ['read'] },
  { what: 'firing: alarm and history', hops: ['transaction'] },
  { what: 'topic `notifications` to the queue of the subscriber', hops: ['topic to queue'] },
];
