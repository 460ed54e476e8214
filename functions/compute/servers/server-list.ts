/** A page of servers: read lazily from the narrowest index, so that it costs what it shows. */
import { DomainError } from '../../../domain/errors.ts';
import type { VmState } from '../../../domain/servers/instance.ts';
import {
  mergedPages,
  placeOfServer,
  type ServerIndex,
  type ServerRange,
  uuidAt,
} from '../../../domain/servers/server-listing.ts';
import { slices } from '../../../domain/slices.ts';
import type { SeenInstance } from '../../../flows/read-servers.ts';
import type { ServerTest } from './server-filter.ts';
import type { ServerOrder } from './server-sort.ts';

export type ServerFilter = {
  /** Undefined for all projects. */
  readonly project_id: string | undefined;
  readonly host?: string | undefined;
  readonly uuid?: string | undefined;
  /** Undefined for any. */
  readonly vm_states?: readonly VmState[] | undefined;
  /** Those that are not deleted, only those that are, or all. */
  readonly deleted: 'no' | 'only' | 'any';
  /** The last change is between these moments, both included. */
  readonly since?: string | undefined;
  readonly before?: string | undefined;
  /** All that a server must meet, what is named above included, but for `deleted`. */
  readonly tests: readonly ServerTest[];
  readonly order: ServerOrder;
  readonly marker?: string | undefined;
  readonly limit: number;
};

export type ServerPages = {
  /** Places in the order of a list, as its index shows them; pages begin short and grow. */
  readonly listed: (listing: ServerIndex, walk: ServerRange) => AsyncIterable<readonly string[]>;
  /** Places of what changed, deleted ones too, in any order; undefined if that are more than `most`. */
  readonly changedBetween: (
    between: { readonly since: string; readonly before: string },
    most: number,
  ) => Promise<readonly string[] | undefined>;
  /** Uuids of the instances on a host, as the index shows them. */
  readonly instancesOn: (host: string) => AsyncIterable<readonly string[]>;
  /** Instances with their hosts, settled, in any order; deleted ones only if they are asked for. */
  readonly allSeen: (
    uuids: readonly string[],
    also?: { readonly deleted: boolean },
  ) => Promise<readonly SeenInstance[]>;
};

/** A page, and the uuid that the next one begins after; undefined if nothing can follow. */
export type ServerPage = {
  readonly servers: readonly SeenInstance[];
  readonly next: string | undefined;
};

/**
 * Servers that one request reads at most. A filter that no index serves (such as `name` in all
 * projects) goes through all servers, newest first, and ends there with a link to go on from: its
 * page may hold fewer servers than were asked for, and even none.
 */
export const mostServersRead = 10_000;
/** Servers read together at most; at first as many as are asked for. */
const mostTogether = 1000;

/** The page that a filter asks for. @throws invalid if its marker is no server of its caller's. */
export async function pageOfServers(deps: ServerPages, filter: ServerFilter): Promise<ServerPage> {
  const none = filter.limit === 0 || filter.vm_states?.length === 0;
  if (none) return { servers: [], next: undefined };
  const marker = await markerOf(deps, filter);
  const { compare } = filter.order;
  return compare ? sortedPage(deps, filter, compare, marker) : pageInOrder(deps, filter, marker);
}

/** A page in the order of the indexes. */
async function pageInOrder(
  deps: ServerPages,
  filter: ServerFilter,
  marker: SeenInstance | undefined,
): Promise<ServerPage> {
  const { limit, order } = filter;
  const sign = order.oldestFirst ? 1 : -1;
  const inOrder = (a: SeenInstance, b: SeenInstance): number =>
    placeOfServer(a.instance) < placeOfServer(b.instance) ? -sign : sign;
  const found: SeenInstance[] = [];
  let [read, last] = [0, marker];
  for await (const seen of candidates(deps, filter, marker)) {
    // A row may have moved since it was indexed.
    const after = marker ? seen.filter((each) => inOrder(marker, each) < 0) : seen;
    found.push(...after.filter(isWanted(filter)).sort(inOrder));
    read += seen.length;
    last = [...after].sort(inOrder).at(-1) ?? last;
    if (found.length >= limit) break;
    if (read >= mostServersRead) return { servers: found, next: last?.instance.uuid };
  }
  const servers = found.slice(0, limit);
  const full = servers.length === limit;
  return { servers, next: full ? servers.at(-1)?.instance.uuid : undefined };
}

/** A page in an order that no index has: all that the filter finds is read, up to a limit. */
async function sortedPage(
  deps: ServerPages,
  filter: ServerFilter,
  compare: NonNullable<ServerOrder['compare']>,
  marker: SeenInstance | undefined,
): Promise<ServerPage> {
  const isAfter = ({ instance }: SeenInstance) => !marker || compare(instance, marker.instance) > 0;
  let servers: readonly SeenInstance[] = [];
  let read = 0;
  for await (const seen of candidates(deps, { ...filter, limit: mostTogether }, undefined)) {
    read += seen.length;
    if (read > mostServersRead) {
      throw new DomainError(
        'invalid',
        `More than ${mostServersRead} servers cannot be sorted by sort_key. Name a project, host or status.`,
      );
    }
    // No more is kept than the page: rows may be large.
    servers = [...servers, ...seen.filter(isWanted(filter)).filter(isAfter)]
      .sort((a, b) => compare(a.instance, b.instance))
      .slice(0, filter.limit);
  }
  const full = servers.length === filter.limit;
  return { servers, next: full ? servers.at(-1)?.instance.uuid : undefined };
}

const isWanted =
  ({ tests, deleted }: ServerFilter) =>
  ({ instance }: SeenInstance): boolean =>
    (deleted !== 'only' || instance.deleted || instance.vm_state === 'deleted') &&
    tests.every((test) => test(instance));

async function markerOf(
  deps: ServerPages,
  { marker, project_id, deleted }: ServerFilter,
): Promise<SeenInstance | undefined> {
  if (marker === undefined) return undefined;
  const [seen] = await deps.allSeen([marker.toLowerCase()], { deleted: deleted !== 'no' });
  if (!seen || (project_id !== undefined && seen.instance.project_id !== project_id)) {
    throw new DomainError('invalid', `marker [${marker}] not found`);
  }
  return seen;
}

/** What may be on the page, in order, as far as it is pulled; settled. */
async function* candidates(
  deps: ServerPages,
  filter: ServerFilter,
  marker: SeenInstance | undefined,
): AsyncGenerator<readonly SeenInstance[]> {
  const also = { deleted: filter.deleted !== 'no' };
  let together = filter.limit;
  for await (const places of await placesOf(deps, filter, marker)) {
    for (const some of slices(places, together)) yield deps.allSeen(some.map(uuidAt), also);
    together = Math.min(together * 2, mostTogether);
  }
}

type Places = AsyncIterable<readonly string[]> | readonly (readonly string[])[];

/** Places of the servers among which those of a filter are, from the index that has fewest others. */
async function placesOf(
  deps: ServerPages,
  filter: ServerFilter,
  marker: SeenInstance | undefined,
): Promise<Places> {
  const { uuid, host, project_id, limit, order } = filter;
  if (uuid !== undefined) return [[`#${uuid.toLowerCase()}`]];
  const after = marker && placeOfServer(marker.instance);
  if (host === undefined && project_id === undefined) {
    const changed = await placesOfChanged(deps, filter, after);
    if (changed) return slices(changed, Math.max(limit, 100));
  }
  const walk = { after, oldestFirst: order.oldestFirst, first: limit };
  return mergedPages(
    listingsOf(filter).map((listing) => deps.listed(listing, walk)),
    order.oldestFirst,
  );
}

/** After every moment. */
const endOfTime = '~';

/** What changed, in order; undefined if nobody asks for that, or if that is too much. */
async function placesOfChanged(
  deps: ServerPages,
  { since, before = endOfTime, order: { oldestFirst } }: ServerFilter,
  after: string | undefined,
): Promise<readonly string[] | undefined> {
  if (since === undefined) return undefined;
  const places = await deps.changedBetween({ since, before }, mostServersRead);
  const sign = oldestFirst ? 1 : -1;
  return places
    ?.filter((place) => after === undefined || (oldestFirst ? place > after : place < after))
    .sort((a, b) => (a < b ? -sign : sign));
}

/** The listings that together have all servers that a filter may find. */
function listingsOf({
  host,
  project_id,
  vm_states,
  deleted,
}: ServerFilter): readonly ServerIndex[] {
  const gone: ServerIndex =
    project_id === undefined
      ? { by: 'state', vm_state: 'deleted' }
      : { by: 'project', project_id, deleted: true };
  const there = ((): readonly ServerIndex[] => {
    if (host !== undefined) return [{ by: 'host', host }];
    if (project_id !== undefined) return [{ by: 'project', project_id, deleted: false }];
    if (vm_states) return vm_states.map((vm_state) => ({ by: 'state', vm_state }));
    return [{ by: 'time' }];
  })();
  if (deleted === 'no') return there;
  // What a feed told of as deleted has no tombstone: in all projects its state finds it.
  const apart = deleted === 'only' && host === undefined && project_id === undefined;
  return apart ? [gone] : [...there, gone];
}
