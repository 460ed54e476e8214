import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ChangeRow,
  changesAfter,
  cursorText,
  type FeedCursor,
  isTooOld,
  merged,
  mostRows,
  notesOfKind,
  readCursor,
  startCursor,
} from '../../../domain/activity/change-feed.ts';
import { momentOf } from '../../../domain/time.ts';

const start = Date.parse('2026-01-01T00:00:00.000Z');
const at = (ms: number) => momentOf(start + ms);
const row = (ms: number, n: number, changed: ChangeRow['changed'] = { servers: [`s${n}`] }) => ({
  place: `${at(ms)}#${n.toString(16).padStart(8, '0')}`,
  changed,
});

/** The answer to a reader, from these rows of the table. */
const read = (cursor: FeedCursor, rows: readonly ChangeRow[], now: number) => {
  const visible = rows
    .filter(({ place }) => place >= cursor.from)
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .slice(0, mostRows + 1);
  return changesAfter(cursor, visible, at(now));
};

test('a change is answered once', () => {
  const rows = [row(1_000, 1)];
  const first = read(startCursor(at(0)), rows, 1_500);
  expect(first.changed).toEqual({ servers: ['s1'] });
  expect(read(first.cursor, rows, 2_000).changed).toEqual({});
  expect(read(first.cursor, rows, 60_000).changed).toEqual({});
});

test('a row that becomes visible after a later one is answered too', () => {
  const first = read(startCursor(at(0)), [row(2_000, 2)], 3_000);
  const second = read(first.cursor, [row(1_000, 1), row(2_000, 2)], 4_000);
  expect(second.changed).toEqual({ servers: ['s1'] });
});

test('every change is answered, in any order of reads and writes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(20_000), fc.nat(2_000)), { maxLength: 400 }),
      fc.array(fc.nat(20_000), { minLength: 1, maxLength: 20 }),
      (written, reads) => {
        const rows = written.map(([ms, late], n) => ({ row: row(ms, n), visible: ms + late }));
        let cursor = startCursor(at(0));
        const got = new Set<string>();
        const end = Array.from({ length: 12 }, () => 30_000);
        for (const now of [...reads.sort((a, b) => a - b), ...end]) {
          const visible = rows.filter((each) => each.visible <= now).map((each) => each.row);
          const answer = read(cursor, visible, now);
          for (const id of answer.changed.servers ?? []) got.add(id);
          cursor = answer.cursor;
          expect(cursorText(cursor).length).toBeLessThan(2_048);
          expect(readCursor(cursorText(cursor))).toEqual(cursor);
        }
        expect(got.size).toBe(rows.length);
      },
    ),
    { numRuns: 50 },
  );
});

test('an answer has a limited number of ids of a kind; beyond it, it says to load the list again', () => {
  const many = Array.from({ length: 300 }, (_, n) => `a${n}`);
  const rows = [
    row(1, 1, { servers: many, hosts: ['h'] }),
    row(2, 2, { servers: many.map((id) => `${id}b`) }),
  ];
  const { changed, reload } = read(startCursor(at(0)), rows, 10);
  expect(changed).toEqual({ hosts: ['h'] });
  expect(reload).toEqual(['servers']);
});

describe('a cursor', () => {
  test.each(['', 'x', '2026-01-01', `${at(0)}~zz`, `${at(0)}~`, `${at(0)}~${'0'.repeat(9)}`])(
    '%j is none',
    (text) => {
      expect(readCursor(text)).toBeUndefined();
    },
  );

  test('is too old after fifty minutes', () => {
    expect(isTooOld(startCursor(at(0)), at(50 * 60_000))).toBe(false);
    expect(isTooOld(startCursor(at(0)), at(50 * 60_000 + 1))).toBe(true);
  });
});

test('administrators get all things, and each project its own', () => {
  const notes = notesOfKind('ports', [
    { id: '1', project_id: 'a' },
    { id: '2', project_id: 'b' },
    { id: '3', project_id: '' },
  ]);
  expect(notes).toEqual([
    { scope: 'operators', changed: { ports: ['1', '2', '3'] } },
    { scope: 'project#a', changed: { ports: ['1'] } },
    { scope: 'project#b', changed: { ports: ['2'] } },
  ]);
  expect(
    merged([...notes, { scope: 'project#a', changed: { ports: ['1'], alarms: ['x'] } }]),
  ).toEqual([notes[0], { scope: 'project#a', changed: { ports: ['1'], alarms: ['x'] } }, notes[2]]);
});
