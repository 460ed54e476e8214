import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SortKey, type SortValue, sortedBy } from '../../domain/sort.ts';

type Item = { readonly a: SortValue; readonly b: SortValue };
const key = (name: 'a' | 'b', descending = false): SortKey<Item> => ({
  of: (item) => item[name],
  descending,
});
const sorted = (items: readonly Item[], ...keys: readonly SortKey<Item>[]): Item[] =>
  [...items].sort(sortedBy(keys));

const [none, one, two, other] = [
  { a: null, b: 3 },
  { a: 'x', b: 2 },
  { a: 'y', b: 1 },
  { a: 'x', b: 4 },
];

test('items are sorted by the first key whose values differ', () => {
  expect(sorted([two, other, one], key('a'), key('b'))).toEqual([one, other, two]);
  expect(sorted([two, one, other], key('a'), key('b', true))).toEqual([other, one, two]);
});

test('null comes before all values, and after them in descending order', () => {
  expect(sorted([two, none, one], key('a'))).toEqual([none, one, two]);
  expect(sorted([none, one, two], key('a', true))).toEqual([two, one, none]);
});

test('false comes before true, and numbers are sorted by value', () => {
  const flags = [true, false].map((a) => ({ a, b: null }));
  expect(sorted(flags, key('a')).map(({ a }) => a)).toEqual([false, true]);
  const numbers = [10, 9, -1].map((a) => ({ a, b: null }));
  expect(sorted(numbers, key('a')).map(({ a }) => a)).toEqual([-1, 9, 10]);
});

test('without keys, and with equal values, items keep their order', () => {
  expect(sorted([two, one])).toEqual([two, one]);
  expect(sorted([other, one], key('a'))).toEqual([other, one]);
});

test('the opposite direction gives the opposite order', () => {
  const value = fc.oneof(fc.constant(null), fc.string({ maxLength: 3 }));
  const item = fc.record({ a: value, b: value });
  fc.assert(
    fc.property(item, item, (left, right) => {
      const up = sortedBy([key('a'), key('b')])(left, right);
      const down = sortedBy([key('a', true), key('b', true)])(left, right);
      expect(Math.sign(up) + Math.sign(down)).toBe(0);
    }),
  );
});
