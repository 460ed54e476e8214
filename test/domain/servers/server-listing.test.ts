import { expect, test } from 'vitest';
import { mergedPages, placeOfServer, uuidAt } from '../../../domain/servers/server-listing.ts';
import { id, minute } from '../rows.ts';

async function* pages(...given: string[][]) {
  yield* given;
}
async function merged(lists: string[][][], oldestFirst = true): Promise<string[]> {
  const found: string[] = [];
  const parts = lists.map((list) => pages(...list));
  for await (const page of mergedPages(parts, oldestFirst)) found.push(...page);
  return found;
}

test('the uuid is read from a sort key', () => {
  const place = placeOfServer({ created_at: minute(1), uuid: id(7) });
  expect(uuidAt(place)).toBe(id(7));
});

test.each<[string, string[][][], string[]]>([
  ['none', [], []],
  ['one', [[['a'], [], ['b']]], ['a', 'b']],
  ['empty ones', [[], [[]], [[], []]], []],
  ['two, one after the other', [[['a', 'b']], [['c', 'd']]], ['a', 'b', 'c', 'd']],
  [
    'two in one another',
    [
      [['a'], ['c', 'e']],
      [['b', 'd'], ['f']],
    ],
    ['a', 'b', 'c', 'd', 'e', 'f'],
  ],
  ['two with the same', [[['a', 'b']], [['b'], ['c']]], ['a', 'b', 'c']],
  [
    'three of which one is short',
    [[['a'], ['z']], [['b']], [['c', 'd']]],
    ['a', 'b', 'c', 'd', 'z'],
  ],
])('lists are merged in order: %s', async (_, lists, all) => {
  expect(await merged(lists)).toEqual(all);
  const reversed = lists.map((list) => list.toReversed().map((page) => page.toReversed()));
  expect(await merged(reversed, false)).toEqual(all.toReversed());
});

test('no more pages are read than needed', async () => {
  let pulled = 0;
  async function* counted(...given: string[][]) {
    for (const page of given) {
      pulled += 1;
      yield page;
    }
  }
  const lists = [counted(['a', 'b'], ['e']), counted(['c', 'd'], ['f'])];
  for await (const page of mergedPages(lists, true)) {
    expect(page).toEqual(['a', 'b']);
    break;
  }
  expect(pulled).toBe(2);
});
