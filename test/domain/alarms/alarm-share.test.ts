import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  firstShare,
  pairsPerSlice,
  wideAtOnce,
  wideShare,
} from '../../../domain/alarms/alarm-share.ts';

const ids = (count: number) =>
  Array.from({ length: count }, (_, n) => `a-${String(n).padStart(4, '0')}`);

test('as many alarms of a project as fit one transaction are evaluated with the event', () => {
  expect(wideShare(ids(wideAtOnce))).toEqual({ now: ids(wideAtOnce) });
});

test('if there are more, all of them follow later', () => {
  expect(wideShare(ids(wideAtOnce + 1))).toEqual({ now: [], restAfter: '' });
});

test.each([
  { events: 1, alarms: 120, taken: 100 },
  { events: 2, alarms: 60, taken: 50 },
  { events: 4, alarms: 60, taken: 25 },
  { events: 50, alarms: 60, taken: 10 },
  { events: 50, alarms: 10, taken: 10 },
  { events: 1, alarms: 100, taken: 100 },
])(
  'of $alarms alarms, each with $events events, $taken make a slice',
  ({ events, alarms, taken }) => {
    const all = ids(alarms);
    const { now, restAfter } = firstShare(Array(events).fill(all).flat());
    expect(now).toEqual(ids(taken));
    expect(restAfter).toBe(taken < alarms ? now.at(-1) : undefined);
  },
);

test('fifty events with an alarm each are one slice', () => {
  expect(firstShare(ids(50))).toEqual({ now: ids(50) });
});

test('without a limit all are taken', () => {
  expect(firstShare(ids(500), Number.POSITIVE_INFINITY)).toEqual({ now: ids(500) });
});

test('slice by slice every alarm is evaluated once, in the order of their ids', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.uuid(), { maxLength: 300 }),
      fc.integer({ min: 1, max: 60 }),
      (all, events) => {
        const seen: string[] = [];
        let after = '';
        for (let rounds = 0; rounds < 100; rounds++) {
          // The index shows one more than a slice of what comes after.
          const shown = all
            .toSorted()
            .filter((id) => id > after)
            .slice(0, pairsPerSlice + 1);
          const { now, restAfter } = firstShare(Array(events).fill(shown.toReversed()).flat());
          seen.push(...now);
          if (restAfter === undefined) break;
          after = restAfter;
        }
        expect(seen).toEqual(all.toSorted());
      },
    ),
  );
});
