import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  firstShare,
  sliceSize,
  wideAtOnce,
  wideShare,
} from '../../../domain/alarms/alarm-share.ts';

const ids = (count: number) =>
  Array.from({ length: count }, (_, n) => `a-${String(n).padStart(4, '0')}`);

test('as many alarms of a project as fit one transaction are evaluated with the event', () => {
  expect(wideShare(ids(wideAtOnce))).toEqual({ now: ids(wideAtOnce) });
});

test('where there are more, all of them follow later', () => {
  expect(wideShare(ids(wideAtOnce + 1))).toEqual({ now: [], restAfter: '' });
});

test('a message of one event goes on with many alarms, one of fifty with few', () => {
  expect([sliceSize(1), sliceSize(2), sliceSize(50), sliceSize(0)]).toEqual([50, 25, 10, 50]);
});

test('slice by slice every alarm is evaluated once, in the order of their ids', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.uuid(), { maxLength: 500 }), fc.nat(60), (all, events) => {
      const seen: string[] = [];
      let after = '';
      for (let rounds = 0; rounds < 100; rounds++) {
        // The index shows one more than a slice of what comes after.
        const shown = all
          .toSorted()
          .filter((id) => id > after)
          .slice(0, sliceSize(events) + 1);
        const { now, restAfter } = firstShare(shown.toReversed(), sliceSize(events));
        seen.push(...now);
        if (restAfter === undefined) break;
        after = restAfter;
      }
      expect(seen).toEqual(all.toSorted());
    }),
  );
});
