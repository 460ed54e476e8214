import { expect, test } from 'vitest';
import { mergedPages } from '../../../domain/servers/server-listing.ts';
import {
  indexedPlace,
  nameAt,
  placeOfServer,
  uuidAt,
} from '../../../domain/servers/server-place.ts';
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

test.each([
  ['a name', 'web-1'],
  ['a name with the separator', 'web#1#'],
  ['an empty name', ''],
])('uuid and name are read from the sort key of an index: %s', (_, name) => {
  const place = indexedPlace({ created_at: minute(1), uuid: id(7), name });
  expect([uuidAt(place), nameAt(place)]).toEqual([id(7), name]);
  expect(place.startsWith(placeOfServer({ created_at: minute(1), uuid: id(7) }))).toBe(true);
});

test('a name that is too long for a key of an index is left out, and a key without a name has none', () => {
  const server = { created_at: minute(1), uuid: id(7) };
  const place = indexedPlace({ ...server, name: '😀'.repeat(255) });
  expect(place).toBe(placeOfServer(server));
  expect(nameAt(place)).toBeUndefined();
  expect(nameAt(indexedPlace({ ...server, name: '😀'.repeat(200) }))).toBe('😀'.repeat(200));
});

test('a server whose name two lists show differently is listed once', async () => {
  const [first, second] = [1, 2].map((n) => placeOfServer({ created_at: minute(n), uuid: id(n) }));
  expect(await merged([[[`${first}#a`, `${second}#b`]], [[`${first}#z`]]])).toEqual([
    expect.stringContaining(`${first}#`),
    `${second}#b`,
  ]);
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
