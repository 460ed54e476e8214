import type { Figure } from '../figures.ts';
import {
  faultOf50,
  matchedEvent,
  monthOfTicks,
  monthsOfHeartbeats,
  monthsOfWatching,
  monthWarm,
  timeoutFired,
  unmatchedEvent,
} from './bill.ts';
import { coldStart, hops } from './hops.ts';
import { dollarsOf } from './prices.ts';
import { sequence } from './sequence.ts';
import { simulate, summary } from './simulate.ts';

/** The targets of a report on AWS, in ms, and of a million unmatched events, in dollars. */
export const targets = { p50: 120, p99: 500, unmatchedDollars: 1.5 } as const;

const seed = 0.42;

/**
 * Median and 99th percentile of the time from the report to the subscriber, with warm functions
 * only, and with a share of cold ones.
 */
export const reportTimes = (runs: number) => ({
  warm: summary(simulate({ sequence, hops, runs, seed })),
  cold: summary(simulate({ sequence, hops, cold: coldStart, runs, seed })),
});

/** What each costs, in dollars. */
export const bill = {
  unmatched: 1_000_000 * dollarsOf(unmatchedEvent),
  matched: dollarsOf(matchedEvent),
  fault: dollarsOf(faultOf50),
  warm: dollarsOf(monthWarm),
  ticks: dollarsOf(monthOfTicks),
  timeout: dollarsOf(timeoutFired),
  watching: monthsOfWatching.map(({ way, usage }) => ({ way, dollars: dollarsOf(usage) })),
  heartbeats: monthsOfHeartbeats.map(({ way, usage }) => ({ way, dollars: dollarsOf(usage) })),
} as const;

/** The model's figures, for the table that the bench prints. */
export async function modelled(runs: number): Promise<Figure[]> {
  const { warm, cold } = reportTimes(runs);
  const scenario = 'aws';
  const time = (figure: string, value: number, target: number): Figure => ({
    scenario,
    figure,
    value,
    unit: 'ms',
    target,
  });
  const price = (figure: string, value: number): Figure => ({
    scenario,
    figure,
    value,
    unit: '$',
  });
  return [
    time('report to subscriber p50, warm', warm.p50, targets.p50),
    time('report to subscriber p99, warm', warm.p99, targets.p99),
    time('report to subscriber p99, 1 % cold', cold.p99, targets.p99),
    { ...price('a million unmatched events', bill.unmatched), target: targets.unmatchedDollars },
    price('a million matched events', 1_000_000 * bill.matched),
    price('1,000 faults of 50 servers', 1_000 * bill.fault),
    ...bill.heartbeats.map(({ way, dollars }) => price(`month of heartbeats: ${way}`, dollars)),
  ];
}
