import { randomLcg, randomLogNormal, randomUniform } from 'd3-random';
import { percentile } from '../figures.ts';
import type { Hop } from './hops.ts';

/** The 99th percentile of the standard normal distribution. */
const z99 = 2.3263;

type Spread = Pick<Hop, 'p50' | 'p99'>;

/** Draws times that are distributed log-normally, with the given median and 99th percentile. */
function drawn({ p50, p99 }: Spread, source: () => number): () => number {
  return randomLogNormal.source(source)(Math.log(p50), Math.log(p99 / p50) / z99);
}

export type Simulation = {
  /** Stages in order, with the names of their hops. */
  readonly sequence: readonly {
    readonly hops: readonly string[];
    readonly invokes?: true;
    readonly beside?: string;
  }[];
  readonly hops: Readonly<Record<string, Spread>>;
  /** The cold start of functions; without it, every function is warm. */
  readonly cold?: Spread & { readonly share: number };
  readonly runs: number;
  /** The same seed gives the same result. */
  readonly seed: number;
};

/**
 * Simulated times of whole sequences, in ms. The times of stages are added; a stage takes as long
 * as its longest hop, and parallel branches take as long as the longest branch.
 */
export function simulate({ sequence, hops, cold, runs, seed }: Simulation): number[] {
  const source = randomLcg(seed);
  const chance = randomUniform.source(source)(0, 1);
  const start = cold ? drawn(cold, source) : () => 0;
  const stages = sequence.map(({ hops: names, invokes, beside }) => ({
    beside,
    draws: names.map((name) => {
      const hop = hops[name];
      if (!hop) throw new Error(`no hop "${name}"`);
      return drawn(hop, source);
    }),
    invokes: invokes ?? false,
  }));
  return Array.from({ length: runs }, () => {
    let sum = 0;
    const branches = new Map<string, number>();
    const join = () => {
      sum += Math.max(0, ...branches.values());
      branches.clear();
    };
    for (const { draws, invokes, beside } of stages) {
      const longest = Math.max(...draws.map((draw) => draw()));
      const starts = invokes && cold !== undefined && chance() < cold.share;
      const time = longest + (starts ? start() : 0);
      if (beside !== undefined) {
        branches.set(beside, (branches.get(beside) ?? 0) + time);
      } else {
        join();
        sum += time;
      }
    }
    join();
    return sum;
  });
}

/** Median and 99th percentile, in whole ms. */
export const summary = (
  times: readonly number[],
): { readonly p50: number; readonly p99: number } => ({
  p50: Math.round(percentile(times, 0.5)),
  p99: Math.round(percentile(times, 0.99)),
});
