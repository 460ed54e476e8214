/**
 * A page of servers. It is read from the index with the fewest other servers, no further than
 * needed.
 */
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

/** What a list of servers is made of. */
export type ServerFilter = {
  /** Undefined for all projects. */
  readonly project_id: string | undefined;
  readonly host?: string | undefined;
  readonly uuid?: string | undefined;
  /** Undefined for any. */
  readonly vm_states?: readonly VmState[] | undefined;
  /** `no`: servers that are not deleted; `only`: deleted servers; `any`: all. */
  readonly deleted: 'no' | 'only' | 'any';
  /** The last change is between these times, both included. */
  readonly since?: string | undefined;
  readonly before?: string | undefined;
  /** The tests that a server must pass: also those for the fields above, but not for `deleted`. */
  readonly tests: readonly ServerTest[];
  readonly order: ServerOrder;
  readonly marker?: string | undefined;
  readonly limit: number;
};

/** What a list reads. */
export type ServerPages = {
  /**
   * Sort keys (`placeOfServer`) of a list, in order, as its index shows them; pages begin short and
   * grow.
   */
  readonly listed: (list: ServerIndex, range: ServerRange) => AsyncIterable<readonly string[]>;
  /**
   * Sort keys of changed servers, deleted ones included, in any order; undefined if there are more
   * than `most`.
   */
  readonly changedBetween: (
    between: { readonly since: string; readonly before: string },
    most: number,
  ) => Promise<readonly string[] | undefined>;
  /** Uuids of the instances on a host, as the index shows them. */
  readonly instancesOn: (host: string) => AsyncIterable<readonly string[]>;
  /** Instances, settled, with their hosts, in any order; deleted ones only with `deleted: true`. */
  readonly allSeen: (
    uuids: readonly string[],
    also?: { readonly deleted: boolean },
  ) => Promise<readonly SeenInstance[]>;
};

/** A page, and the uuid after which the next page begins; undefined if there is no next page. */
export type ServerPage = {
  readonly servers: readonly SeenInstance[];
  readonly next: string | undefined;
};

/**
 * The most servers that one request reads. A filter without an index (such as `name` in all projects)
 * reads all servers, newest first. It stops at this number, with a link to the rest: its page may have
 * fewer servers than the limit, or none.
 */
export const mostServersRead = 10_000;
/** The most servers that are read at once. The first read has the limit of the page. */
const mostTogether = 1000;

/** The page of a filter. @throws invalid if its marker is not a server of the list's project. */
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
  let read = 0;
  let last = marker;
  for await (const seen of candidates(deps, filter, marker)) {
    // The sort key of a row may differ from that in the index, which lags.
    const after = marker ? seen.filter((each) => inOrder(marker, each) < 0) : seen;
    found.push(...after.filter(isIn(filter)).sort(inOrder));
    read += seen.length;
    last = [...after].sort(inOrder).at(-1) ?? last;
    if (found.length >= limit) break;
    if (read >= mostServersRead) return { servers: found, next: last?.instance.uuid };
  }
  const servers = found.slice(0, limit);
  const full = servers.length === limit;
  return { servers, next: full ? servers.at(-1)?.instance.uuid : undefined };
}

/**
 * A page in an order that no index has: all servers of the filter are read, up to
 * `mostServersRead`.
 */
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
    // Only the page is kept in memory: rows may be large.
    servers = [...servers, ...seen.filter(isIn(filter)).filter(isAfter)]
      .sort((a, b) => compare(a.instance, b.instance))
      .slice(0, filter.limit);
  }
  const full = servers.length === filter.limit;
  return { servers, next: full ? servers.at(-1)?.instance.uuid : undefined };
}

const isIn =
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

/** Servers that may be on the page, settled, in order. Reads only as far as its caller iterates. */
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

/** Sort keys of servers, from the index with the fewest servers that are not in the list. */
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
  const range = { after, oldestFirst: order.oldestFirst, first: limit };
  return mergedPages(
    indexesOf(filter).map((list) => deps.listed(list, range)),
    order.oldestFirst,
  );
}

/** Sorts after every time. */
const endOfTime = '~';

/**
 * Sort keys of changed servers, in order; undefined if the filter has no `since`, or if there are
 * too many.
 */
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

/** The lists that together have all servers of a filter. */
function indexesOf({ host, project_id, vm_states, deleted }: ServerFilter): readonly ServerIndex[] {
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
  // A server that a feed reports in the state `deleted` has no tombstone; the list of the state has it.
  const apart = deleted === 'only' && host === undefined && project_id === undefined;
  return apart ? [gone] : [...there, gone];
}
