import { expect, test } from 'vitest';
import {
  type Departures,
  type Migration,
  placeOfRecord,
} from '../../../../domain/servers/evacuation.ts';
import { slices } from '../../../../domain/slices.ts';
import {
  mostRecordsRead,
  pageOfMigrations,
} from '../../../../functions/compute/migrations/migration-list.ts';
import type { MigrationFilter } from '../../../../functions/compute/migrations/migration-query.ts';
import { evacuationWith, id, minute } from '../../../domain/rows.ts';

const record = (n: number, given: Partial<Migration> = {}): Migration => ({
  ...evacuationWith({ uuid: id(n), status: 'done', created_at: minute(n), updated_at: minute(n) }),
  ...{ instance_uuid: id(1), ...given },
});

/** A table in memory that counts its reads; `compute-9` was restarted later. */
function tableOf(records: readonly Migration[]) {
  const counted = { read: 0 };
  const restarted: Departures = { done: 0, restarts: 1, restarted_at: minute(99_999) };
  const page = (filter: Partial<MigrationFilter>) =>
    pageOfMigrations(
      {
        migration: async (uuid) => records.find((each) => each.uuid === uuid),
        migrations: async function* (by, value, to) {
          const found = records.filter((row) => {
            if (by === 'source' && row.source !== value) return false;
            if (by === 'target' && row.dest !== value) return false;
            return placeOfRecord(row) <= to;
          });
          for (const some of slices(found.toReversed(), 100)) {
            counted.read += some.length;
            yield some;
          }
        },
        departuresFrom: async () => new Map([['compute-9', restarted]]),
      },
      { limit: 1000, ...filter },
    );
  return { page, counted };
}

const many = (given: (n: number) => Partial<Migration> = () => ({})) =>
  Array.from({ length: mostRecordsRead + 150 }, (_, n) => record(n + 1, given(n + 1)));

test.each([
  [{ status: 'completed' }, { source: 'compute-9' }],
  [{ user_id: 'unknown' }, { user_id: 'unknown' }],
])(
  'a filter without an index, %o, stops at the limit and continues on the next page',
  async (filter, of) => {
    const { page, counted } = tableOf(many((n) => (n === 7 ? of : {})));
    const first = await page(filter);
    expect(first.migrations).toEqual([]);
    expect(counted.read).toBe(mostRecordsRead);
    const second = await page({ ...filter, marker: first.next?.uuid });
    expect(second.migrations.map(({ migration }) => migration.uuid)).toEqual([id(7)]);
    expect(second.next).toBeUndefined();
  },
);

test('a page of two lists ends where the list ends that was not read completely', async () => {
  // The list of moves from the host is long. Of the moves to it, one is newer and one older than
  // the end of the first page.
  const there = { source: 'compute-3', dest: 'compute-1', user_id: 'me' };
  const { page } = tableOf(many((n) => (n === 20 || n === mostRecordsRead ? there : {})));
  const asked = { host: 'compute-1', user_id: 'me' };
  const first = await page(asked);
  expect(first.migrations.map(({ migration }) => migration.uuid)).toEqual([id(mostRecordsRead)]);
  const second = await page({ ...asked, marker: first.next?.uuid });
  expect(second.migrations.map(({ migration }) => migration.uuid)).toEqual([id(20)]);
});
