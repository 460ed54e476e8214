/** The reads of a page that are repeated after changes. */
import { expect, test } from 'vitest';
import { dueReads, type FeedRead } from '../../../functions/operations/due-reads.ts';

const list: FeedRead = { path: '/list', kinds: ['hosts', 'servers'] };
const hosts: FeedRead = {
  ...{ path: '/hosts', kinds: ['hosts'], microversion: '2.1' },
  each: { kind: 'hosts', path: '/hosts/{id}' },
};
const none = { changed: {}, reload: [] };
const many = Array.from({ length: 21 }, (_, n) => `h-${n}`);

test.each([
  ['nothing changed', [list], none, false, []],
  ['another kind', [list], { ...none, changed: { ports: ['p'] } }, false, []],
  ['one of its kinds', [list], { ...none, changed: { servers: ['s'] } }, false, ['/list']],
  ['too many of a kind', [list], { ...none, reload: ['hosts' as const] }, false, ['/list']],
  ['a reader that begins anew', [list, hosts], none, true, ['/list', '/hosts']],
  ['a read that does not wait', [{ ...list, now: true }], none, false, ['/list']],
  [
    'few things, read one by one',
    [hosts],
    { ...none, changed: { hosts: ['a/b', 'c'] } },
    false,
    ['/hosts/a%2Fb', '/hosts/c'],
  ],
  ['many things', [hosts], { ...none, changed: { hosts: many } }, false, ['/hosts']],
])('%s', (_, reads, changes, reset, paths) => {
  expect(dueReads(reads, changes, reset).map(({ path }) => path)).toEqual(paths);
});

test('a due read names its place, its thing and its version', () => {
  expect(dueReads([list, hosts], { ...none, changed: { hosts: ['c'] } }, false)).toEqual([
    { read: 0, path: '/list' },
    { read: 1, id: 'c', path: '/hosts/c', microversion: '2.1' },
  ]);
});

test('many lists of which few things changed are read as lists: a request reads no more than forty things', () => {
  const reads = Array.from({ length: 5 }, () => hosts);
  const changed = { hosts: many.slice(0, 10) };
  expect(dueReads(reads.slice(0, 4), { ...none, changed }, false)).toHaveLength(40);
  expect(dueReads(reads, { ...none, changed }, false).map(({ path }) => path)).toEqual(
    reads.map(({ path }) => path),
  );
});
