/** A page of evacuations, newest first. It is read from the narrowest index that the query allows. */
import { DomainError } from '../../../domain/errors.ts';
import {
  type Departures,
  evacuationStatuses,
  type Migration,
  type MigrationIndex,
  noDepartures,
  placeOfRecord,
  shownStatus,
  shownUpdate,
} from '../../../domain/servers/evacuation.ts';
import type { MigrationFilter } from './migration-query.ts';

/** What a list reads. */
export type MigrationPages = {
  /** A record by its uuid; undefined if there is none. */
  readonly migration: (uuid: string) => Promise<Migration | undefined>;
  /** Records newest first, with sort keys (`placeOfRecord`) not after `to`, a page at a time. */
  readonly migrations: (
    by: MigrationIndex,
    value: string,
    to: string,
  ) => AsyncIterable<readonly Migration[]>;
  /** The departures of hosts, by host; hosts without departures are left out. */
  readonly departuresFrom: (sources: readonly string[]) => Promise<ReadonlyMap<string, Departures>>;
};

/** A record with the status that clients see. */
export type SeenMigration = {
  readonly migration: Migration;
  readonly status: ReturnType<typeof shownStatus>;
  readonly updated_at: string;
};

/** Sorts after every sort key: they begin with a digit. */
const last = '~';

/**
 * The most records that are read of one list for one page. A filter without an index, such as `user_id`,
 * stops at this number, with a link to the rest: its page may be short, or empty.
 */
export const mostRecordsRead = 10_000;

/** A page, and the record after which the next page begins; undefined if there is no next page. */
export async function pageOfMigrations(
  deps: MigrationPages,
  filter: MigrationFilter,
): Promise<{ migrations: readonly SeenMigration[]; next: Migration | undefined }> {
  const { limit, marker } = filter;
  const before = marker === undefined ? undefined : await placeOfMarker(deps, marker);
  const known = filter.migration_type === undefined || filter.migration_type === 'evacuation';
  if (limit === 0 || !known) return { migrations: [], next: undefined };
  const matches = matcher(filter);
  const lists = await Promise.all(
    candidates(deps, filter, before ?? last).map((pages) =>
      firstOf(deps, pages, limit, (seen) => matches(seen) && placeOf(seen) !== before),
    ),
  );
  // Each list was read from its newest record down to its `end`. Before the newest of these ends, no record
  // is missing.
  const [end] = lists.flatMap((list) => list.end ?? []).sort(newestFirst);
  const migrations = lists
    .flatMap(({ found }) => found)
    .filter((seen) => !end || placeOf(seen) >= placeOfRecord(end))
    .sort((a, b) => newestFirst(a.migration, b.migration))
    .slice(0, limit);
  const full = migrations.length === limit;
  return { migrations, next: full ? migrations.at(-1)?.migration : end };
}

const placeOf = ({ migration }: SeenMigration): string => placeOfRecord(migration);
const newestFirst = (a: Migration, b: Migration): number =>
  placeOfRecord(a) < placeOfRecord(b) ? 1 : -1;

/** The matching records of a list. `end`: the last record read, if the list was not read to its end. */
type Found = { readonly found: SeenMigration[]; readonly end: Migration | undefined };

async function firstOf(
  deps: MigrationPages,
  pages: AsyncIterable<readonly Migration[]>,
  limit: number,
  matches: (seen: SeenMigration) => boolean,
): Promise<Found> {
  const found: SeenMigration[] = [];
  let read = 0;
  for await (const page of pages) {
    found.push(...(await seenOf(deps, page)).filter(matches));
    read += page.length;
    if (found.length >= limit) break;
    if (read >= mostRecordsRead) return { found, end: page.at(-1) };
  }
  return { found: found.slice(0, limit), end: undefined };
}

async function seenOf(
  { departuresFrom }: MigrationPages,
  migrations: readonly Migration[],
): Promise<SeenMigration[]> {
  const left = await departuresFrom(migrations.map(({ source }) => source));
  return migrations.map((migration) => {
    const departures = left.get(migration.source) ?? noDepartures;
    return {
      migration,
      status: shownStatus(migration, departures),
      updated_at: shownUpdate(migration, departures),
    };
  });
}

/** The lists that the page is made of. No record is in two of them. */
function candidates(
  { migrations }: MigrationPages,
  { instance_uuid, source_compute, host, status }: MigrationFilter,
  to: string,
): AsyncIterable<readonly Migration[]>[] {
  if (instance_uuid !== undefined) return [migrations('instance', instance_uuid, to)];
  if (source_compute !== undefined) return [migrations('source', source_compute, to)];
  if (host !== undefined) return [migrations('source', host, to), migrations('target', host, to)];
  if (status !== undefined) {
    const stored = evacuationStatuses.find((each) => each === storedAs(status));
    return stored === undefined ? [] : [migrations('status', stored, to)];
  }
  return [migrations('all', 'migration', to)];
}

/** The stored status of a shown one: `completed` is stored as `done`. */
const storedAs = (status: string): string => (status === 'completed' ? 'done' : status);

function matcher(filter: MigrationFilter): (seen: SeenMigration) => boolean {
  const { host, instance_uuid, source_compute, user_id, project_id, since, until } = filter;
  const is = (value: string | undefined, ...fields: (string | null)[]) =>
    value === undefined || fields.includes(value);
  return ({ migration, status, updated_at }) =>
    is(host, migration.source, migration.dest) &&
    is(instance_uuid, migration.instance_uuid) &&
    is(source_compute, migration.source) &&
    is(filter.status, status) &&
    is(user_id, migration.user_id) &&
    is(project_id, migration.project_id) &&
    (since === undefined || updated_at >= since) &&
    (until === undefined || updated_at <= until);
}

async function placeOfMarker(deps: MigrationPages, marker: string): Promise<string> {
  const found = await deps.migration(marker);
  if (!found) throw new DomainError('invalid', `Marker ${marker} could not be found.`);
  return placeOfRecord(found);
}
