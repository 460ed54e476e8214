import { expect, test } from 'vitest';
import { grownPause, spread } from '../../domain/back-off.ts';

test.each([
  [1, 10],
  [2, 20],
  [3, 40],
  [4, 60],
  [5_000, 60],
])('after attempt %i the pause is %i', (attempts, pause) => {
  expect(grownPause(attempts, { first: 10, longest: 60 })).toBe(pause);
});

test('a pause is spread over its upper half', () => {
  expect(spread(100, 0)).toBe(50);
  expect(spread(100, 0.5)).toBe(75);
  expect(spread(100, 0.999)).toBeLessThan(100);
});
