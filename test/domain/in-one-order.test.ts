import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOneOrder } from '../../domain/in-one-order.ts';
import { slices } from '../../domain/slices.ts';

async function* pagesOf(items: readonly string[], size: number, read: { pages: number }) {
  for (const page of slices(items, size)) {
    read.pages += 1;
    yield page;
  }
}

async function merged(lists: readonly string[][], size: number, descending: boolean) {
  const found: string[] = [];
  const pages = lists.map((list) => pagesOf(list, size, { pages: 0 }));
  const keyOf = (item: string) => item;
  for await (const page of inOneOrder(pages, { keyOf, descending })) found.push(...page);
  return found;
}

test('lists are merged in order, whatever the length of their pages', async () => {
  const lists = fc.array(fc.array(fc.string({ maxLength: 2 }), { maxLength: 40 }), {
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(
      lists,
      fc.integer({ min: 1, max: 7 }),
      fc.boolean(),
      async (given, n, down) => {
        const sorted = given.map((list) => (down ? list.toSorted().reverse() : list.toSorted()));
        const all = given.flat().toSorted();
        expect(await merged(sorted, n, down)).toEqual(down ? all.reverse() : all);
      },
    ),
    { numRuns: 50 },
  );
});

test('of each list only the pages that are needed are read', async () => {
  const read = [{ pages: 0 }, { pages: 0 }] as const;
  const items = Array.from({ length: 1_000 }, (_, n) => String(n).padStart(4, '0'));
  const [odd, even] = [items.filter((_, n) => n % 2), items.filter((_, n) => n % 2 === 0)];
  const lists = [pagesOf(odd, 100, read[0]), pagesOf(even, 100, read[1])];
  for await (const page of inOneOrder(lists, { keyOf: (item) => item })) {
    expect(page).toEqual(items.slice(0, 100));
    break;
  }
  expect(read).toEqual([{ pages: 1 }, { pages: 1 }]);
});
