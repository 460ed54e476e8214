/** What the console does after an answer of the changes feed. */
import { expect, test } from 'vitest';
import {
  changedBy,
  concerns,
  isQuiet,
  pauseAfter,
  pauseAfterFailures,
} from '../../console/src/live/feed-plan.ts';

const answer = { cursor: 'c', reset: false, held: true, changes: {}, reload: [] };

test('an answer without changes is quiet and concerns no view', () => {
  const changed = changedBy(answer);
  expect(isQuiet(changed)).toBe(true);
  expect(concerns(changed, ['hosts', 'servers'])).toBe(false);
});

test.each([
  ['ids of its kind', { ...answer, changes: { servers: ['a'] } }, ['servers'], true],
  ['ids of another kind', { ...answer, changes: { servers: ['a'] } }, ['ports'], false],
  ['too many of its kind', { ...answer, reload: ['ports'] }, ['ports'], true],
  ['a cursor that is too old', { ...answer, reset: true }, ['ports'], true],
  ['a cursor that is too old, and a view that never changes', { ...answer, reset: true }, [], true],
])('%s: whether a view is loaded again', (_, body, kinds, expected) => {
  expect(concerns(changedBy(body), kinds)).toBe(expected);
});

test.each([
  ['answered at once', 0, 2_500],
  ['held a second', 1_000, 1_500],
  ['held to the end', 4_000, 0],
])(
  'a request that was %s is followed so late that there are two in five seconds',
  (_, took, pause) => {
    expect(pauseAfter(took)).toBe(pause);
  },
);

test('a lost connection is tried again after 1, 2, 4 and then each 8 seconds', () => {
  expect([1, 2, 3, 4, 5, 50].map(pauseAfterFailures)).toEqual([
    1_000, 2_000, 4_000, 8_000, 8_000, 8_000,
  ]);
});
