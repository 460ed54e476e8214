/** When the console reads the feed of changes, and what an answer means for a view. */
import { expect, test } from 'vitest';
import {
  changedBy,
  concerns,
  pauseAfterFailures,
  pauseBefore,
} from '../../console/src/live/feed-plan.ts';

const answer = { reset: false, changes: {}, reload: [] };

test.each([
  ['no change', answer, ['hosts', 'servers'], false],
  ['ids of its kind', { ...answer, changes: { servers: ['a'] } }, ['servers'], true],
  ['ids of another kind', { ...answer, changes: { servers: ['a'] } }, ['ports'], false],
  ['too many of its kind', { ...answer, reload: ['ports'] }, ['ports'], true],
  ['a cursor that is too old', { ...answer, reset: true }, ['ports'], true],
  ['a cursor that is too old, and a view without kinds', { ...answer, reset: true }, [], false],
])('%s: whether a view is loaded again', (_, body, kinds, expected) => {
  expect(concerns(changedBy(body), kinds)).toBe(expected);
});

test.each([
  ['the first request', undefined, 0],
  ['a request right behind the last', 10_000, 2_500],
  ['a request after one that was held for a second', 9_000, 1_500],
  ['a request after one that was held to the end', 6_000, 0],
])('%s waits so long that two leave in five seconds', (_, last, pause) => {
  expect(pauseBefore(last, 10_000)).toBe(pause);
});

test('a lost connection is tried again after 2.5, 5 and then each 8 seconds', () => {
  expect([1, 2, 3, 4, 50].map(pauseAfterFailures)).toEqual([2_500, 5_000, 8_000, 8_000, 8_000]);
});
