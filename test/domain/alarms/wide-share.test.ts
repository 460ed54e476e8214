import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wideAtOnce, wideShare, wideSlice } from '../../../domain/alarms/wide-share.ts';

const ids = (count: number) =>
  Array.from({ length: count }, (_, n) => `a-${String(n).padStart(4, '0')}`);

test('as many alarms of a project as fit one transaction are evaluated with the event', () => {
  expect(wideShare(ids(wideAtOnce), { events: 1, after: undefined })).toEqual({
    now: ids(wideAtOnce),
  });
});

test('where there are more, all of them follow later', () => {
  expect(wideShare(ids(wideAtOnce + 1), { events: 1, after: undefined })).toEqual({
    now: [],
    restAfter: '',
  });
});

test('a message of one event goes on with many alarms, one of fifty with few', () => {
  expect([wideSlice(1), wideSlice(10), wideSlice(50), wideSlice(0)]).toEqual([200, 20, 10, 200]);
});

test('slice by slice every alarm is evaluated once, in the order of their ids', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.uuid(), { maxLength: 500 }), fc.nat(60), (all, events) => {
      const seen: string[] = [];
      let after: string | undefined;
      for (let rounds = 0; rounds < 100; rounds++) {
        // The index shows one more than a slice of what comes after.
        const shown = all
          .toSorted()
          .filter((id) => id > (after ?? ''))
          .slice(0, wideSlice(events) + 1);
        const { now, restAfter } = wideShare(shown.toReversed(), { events, after });
        seen.push(...now);
        if (restAfter === undefined) break;
        after = restAfter;
      }
      expect(seen).toEqual(all.toSorted());
    }),
  );
});
