import { expect, test } from 'vitest';
import { coldStart, hops } from '../../bench/aws/hops.ts';
import { sequence } from '../../bench/aws/sequence.ts';
import { type Simulation, simulate, summary } from '../../bench/aws/simulate.ts';

const two = { fast: { p50: 10, p99: 20 }, slow: { p50: 100, p99: 300 } };
const simulated = (
  stages: Simulation['sequence'],
  more: Partial<Simulation> = {},
): ReturnType<typeof summary> =>
  summary(simulate({ sequence: stages, hops: two, runs: 40_000, seed: 0.5, ...more }));

/** Within three percent. */
const near = (value: number, expected: number): void => {
  expect(value).toBeGreaterThan(0.97 * expected);
  expect(value).toBeLessThan(1.03 * expected);
};

test('a hop has the median and the 99th percentile that are given', () => {
  const { p50, p99 } = simulated([{ hops: ['slow'] }]);
  near(p50, 100);
  near(p99, 300);
});

test('stages add up', () => {
  near(simulated([{ hops: ['slow'] }, { hops: ['slow'] }]).p50, 206);
});

test('a stage takes as long as its longest hop', () => {
  near(simulated([{ hops: ['slow', 'fast'] }]).p50, 100);
  expect(simulated([{ hops: ['slow', 'slow'] }]).p50).toBeGreaterThan(110);
});

test('branches beside each other take as long as the longest, and what follows waits for both', () => {
  const slow = { hops: ['slow'], beside: 'a' };
  const fast = { hops: ['fast'], beside: 'b' };
  near(simulated([slow, fast]).p50, 100);
  near(simulated([fast, fast, slow]).p50, 100);
  near(simulated([slow, slow, fast]).p50, 206);
  near(simulated([slow, fast, { hops: ['slow'] }]).p50, 206);
});

test('a function that starts cold takes longer, in its share of the runs', () => {
  const stages = [{ hops: ['fast'], invokes: true }] as const;
  const cold = { share: 0.5, p50: 1_000, p99: 1_001 };
  near(simulated(stages, { cold: { ...cold, share: 1 } }).p50, 1_010);
  near(simulated(stages, { cold }).p99, 1_018);
  expect(simulated(stages, { cold: { ...cold, share: 0.001 } }).p99).toBeLessThan(30);
});

test('the same seed gives the same times, another seed others', () => {
  const times = (seed: number) => simulate({ sequence, hops, runs: 5, seed });
  expect(times(0.1)).toEqual(times(0.1));
  expect(times(0.1)).not.toEqual(times(0.2));
});

test('a hop that is not in the table is an error', () => {
  expect(() => simulated([{ hops: ['none'] }])).toThrow('no hop "none"');
});

test('every hop says where its percentiles come from, and the 99th is the larger', () => {
  for (const { p50, p99, source } of [...Object.values(hops), coldStart]) {
    expect(p99).toBeGreaterThan(p50);
    expect(source.text).not.toBe('');
  }
});

test('the path invokes two functions, and fires in one transaction', () => {
  expect(sequence.filter(({ invokes }) => invokes)).toHaveLength(2);
  expect(sequence.at(-1)?.hops).toEqual(['topic to queue']);
});
