import { expect, test } from 'vitest';
import { gathered } from '../../../functions/alarming/gather.ts';
import { everything, type Listing } from '../../../functions/alarming/list-request.ts';

/** Pages of a thousand numbers each, without end. */
async function* numbers() {
  for (let page = 0; ; page += 1) yield Array.from({ length: 1_000 }, (_, n) => page * 1_000 + n);
}
const list = (given: Partial<Listing<number>>, ordered = true) =>
  gathered(numbers(), {
    listing: { ...everything, order: (a, b) => a - b, ...given },
    ...{ ordered, last: undefined, view: (n) => n },
  });

test('reading ends with the page that is asked for', async () => {
  expect(await list({ limit: 3 })).toEqual([0, 1, 2]);
  expect(await list({ limit: 2, test: (n) => n % 5_000 === 4_999 })).toEqual([4_999, 9_999]);
});

test('what is found nowhere is looked for only so long', async () => {
  const never = { limit: 1, test: () => false };
  await expect(list(never)).rejects.toThrow('There is too much to look through');
  const sorted = { limit: 1, byTime: undefined };
  await expect(list(sorted)).rejects.toThrow('There is too much to look through');
  await expect(list({ limit: 1 }, false)).rejects.toThrow('There is too much to look through');
});

test('what is too large for one answer is refused', async () => {
  const view = (n: number) => 'x'.repeat(1_000 + n);
  const listing = { ...everything, order: (a: number, b: number) => a - b };
  const all = gathered(numbers(), { listing, ordered: true, last: undefined, view });
  await expect(all).rejects.toThrow('The list is too large for one answer');
});
