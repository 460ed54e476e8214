/** A page of evacuations, newest first: read lazily from the narrowest index that the query names. */
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

export type MigrationPages = {
  /** A record by its uuid; undefined if there is none. */
  readonly migration: (uuid: string) => Promise<Migration | undefined>;
  /** Records newest first, placed at or before `to`, a page of an index at a time. */
  readonly migrations: (
    by: MigrationIndex,
    value: string,
    to: string,
  ) => AsyncIterable<readonly Migration[]>;
  readonly departuresFrom: (sources: readonly string[]) => Promise<ReadonlyMap<string, Departures>>;
};

/** A record with its status as it is shown. */
export type SeenMigration = {
  readonly migration: Migration;
  readonly status: ReturnType<typeof shownStatus>;
  readonly updated_at: string;
};

/** After every place: places begin with a digit. */
const last = '~';

/**
 * Records that are read of one list for one page, at most. A filter that no index serves, such as
 * `user_id`, ends there with a link to go on from: its page may be short, and even empty.
 */
export const mostRecordsRead = 10_000;

/** A page, and the record that the next one begins after; undefined if nothing can follow. */
export async function pageOfMigrations(
  deps: MigrationPages,
  filter: MigrationFilter,
): Promise<{ migrations: readonly SeenMigration[]; next: Migration | undefined }> {
  const { limit, marker } = filter;
  const before = marker === undefined ? undefined : await placeOfMarker(deps, marker);
  const known = filter.migration_type === undefined || filter.migration_type === 'evacuation';
  if (limit === 0 || !known) return { migrations: [], next: undefined };
  const wanted = matcher(filter);
  const lists = await Promise.all(
    candidates(deps, filter, before ?? last).map((pages) =>
      firstOf(deps, pages, limit, (seen) => wanted(seen) && placeOf(seen) !== before),
    ),
  );
  // Each list has its newest: down to the newest end of one, none is missing from all together.
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

/** What of a list is wanted; `end` is the last record read where more was not looked at. */
type Found = { readonly found: SeenMigration[]; readonly end: Migration | undefined };

async function firstOf(
  deps: MigrationPages,
  pages: AsyncIterable<readonly Migration[]>,
  limit: number,
  wanted: (seen: SeenMigration) => boolean,
): Promise<Found> {
  const found: SeenMigration[] = [];
  let read = 0;
  for await (const page of pages) {
    found.push(...(await seenOf(deps, page)).filter(wanted));
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

/** The lists of which the page is made: no record is in two of them. */
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

/** What is completed is kept as done. */
const storedAs = (status: string): string => (status === 'completed' ? 'done' : status);

function matcher(filter: MigrationFilter): (seen: SeenMigration) => boolean {
  const { host, instance_uuid, source_compute, user_id, project_id, since, until } = filter;
  const is = (wanted: string | undefined, ...values: (string | null)[]) =>
    wanted === undefined || values.includes(wanted);
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
