import type { HopName } from './hops.ts';

/** One stage of the sequence, which begins after the stage before. Its hops run at the same time. */
export type Stage = {
  readonly what: string;
  readonly hops: readonly HopName[];
  /** A function is invoked, and may need a cold start. */
  readonly invokes?: true;
  /**
   * A branch: stages with one letter follow each other, and run at the same time as adjacent stages
   * with another letter.
   */
  readonly beside?: 'a' | 'b';
};

/**
 * From the report of a host with one server and one alarm to the subscriber's queue, in the order
 * of docs/design.md, "The path of a fault". Update it when a call on this path is added, removed or
 * moved; then run `npm run docs`.
 */
export const sequence: readonly Stage[] = [
  { what: 'API Gateway', hops: ['gateway'], invokes: true },
  { what: 'code of `compute`', hops: ['code of a handler'] },
  {
    what: 'at once: the token (`validity`), the host, the instances there, and those on their way there',
    hops: ['read', 'read', 'read', 'read'],
  },
  { what: 'host, fault and instances', hops: ['transaction'], beside: 'a' },
  { what: 'the proof that they are written', hops: ['read'], beside: 'a' },
  {
    ...{ what: 'event queue to `alarm-evaluator`', hops: ['queue to function'] },
    ...{ invokes: true, beside: 'b' },
  },
  { what: 'code of `alarm-evaluator`', hops: ['code of a handler'], beside: 'b' },
  {
    ...{
      what: 'at once: how many alarms the projects have; index: the alarms, by the key of the server',
    },
    ...{ hops: ['read', 'read'], beside: 'b' },
  },
  { what: 'the alarms', hops: ['read'], beside: 'b' },
  { what: 'firing: alarm and history', hops: ['transaction'] },
  { what: 'topic `notifications` to the queue of the subscriber', hops: ['topic to queue'] },
];
