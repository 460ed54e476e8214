import { expect, test } from 'vitest';
import { gatheredItems } from '../../../functions/alarming/gather.ts';
import { everything, type ListRequest } from '../../../functions/alarming/list-request.ts';

/** Endless pages of a thousand numbers each. */
async function* numbers() {
  for (let page = 0; ; page += 1) yield Array.from({ length: 1_000 }, (_, n) => page * 1_000 + n);
}
const list = (given: Partial<ListRequest<number>>, ordered = true) =>
  gatheredItems(numbers(), {
    list: { ...everything, order: (a, b) => a - b, ...given },
    ordered,
    last: undefined,
    view: (n) => n,
  });

test('reading ends when the requested page is full', async () => {
  expect(await list({ limit: 3 })).toEqual([0, 1, 2]);
  expect(await list({ limit: 2, test: (n) => n % 5_000 === 4_999 })).toEqual([4_999, 9_999]);
});

test('a search that finds too little is refused after a bounded number of rows', async () => {
  const never = { limit: 1, test: () => false };
  await expect(list(never)).rejects.toThrow('There is too much to search');
  const sorted = { limit: 1, byTime: undefined };
  await expect(list(sorted)).rejects.toThrow('There is too much to search');
  await expect(list({ limit: 1 }, false)).rejects.toThrow('There is too much to search');
});

test('a list that is too large for one answer is refused', async () => {
  const view = (n: number) => 'x'.repeat(1_000 + n);
  const list = { ...everything, order: (a: number, b: number) => a - b };
  const all = gatheredItems(numbers(), { list, ordered: true, last: undefined, view });
  await expect(all).rejects.toThrow('The list is too large for one answer');
});
