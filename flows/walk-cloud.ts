/**
 * One page of a walk through the cloud: what differs is taken over, and what is gone is deleted.
 */
import pMap from 'p-map';
import { mostDifferences, type Walk } from '../domain/mirror/cloud-job.ts';
import type { Difference, Mirrored } from '../domain/mirror/difference.ts';
import { countedWith, nothingCounted } from '../domain/mirror/mirror-counts.ts';
import type { ServerIndex, ServerRange } from '../domain/servers/server-listing.ts';
import { uuidAt } from '../domain/servers/server-place.ts';
import type { CloudReader, UnreadableItem } from './cloud-reader.ts';
import { type MirrorHostsDeps, mirrorHosts } from './mirror-hosts.ts';
import { type MirrorPortsDeps, mirrorPortEnd, mirrorPorts } from './mirror-ports.ts';
import {
  type MirrorRun,
  type MirrorServersDeps,
  mirrorServerEnd,
  mirrorServers,
} from './mirror-servers.ts';

export type WalkCloudDeps = MirrorHostsDeps &
  MirrorServersDeps &
  MirrorPortsDeps & {
    readonly cloud: CloudReader;
    /** Sort keys of servers in a list, as the index shows them, a page at a time. */
    readonly listed: (list: ServerIndex, range: ServerRange) => AsyncIterable<readonly string[]>;
    /** Ids of all ports after one of them, in order, as the index shows them, a page at a time. */
    readonly portIds: (
      among: { readonly index: 'listing' },
      walk: { readonly after?: string | undefined },
    ) => AsyncIterable<readonly string[]>;
    readonly now: () => string;
  };

/**
 * Resources that may be gone, for which the cloud is asked after one page at most, one after the
 * other, while the turn has time. The next walk sees the others.
 */
const mostAsked = 200;
/** A part that was begun again so often ends the walk: the next one begins anew. */
const mostRestarts = 10;

/** The run of a page: how many resources it has at most, and whether the turn has no time left. */
export type PageRun = { readonly limit: number; readonly isLate: () => boolean };
type WalkRun = MirrorRun & PageRun;

/**
 * Does the next page of a walk.
 * @returns the walk after it.
 * @throws what the cloud or a table throws.
 */
export async function walkPage(deps: WalkCloudDeps, walk: Walk, page: PageRun): Promise<Walk> {
  const actor = { user_id: 'cloud', request_id: walk.walk_id, at: deps.now() };
  const run = { ...page, actor, dryRun: walk.dry_run };
  if (walk.phase === 'hosts') return hostsPage(deps, walk, run);
  if (walk.phase === 'servers') return serversPage(deps, walk, run);
  return walk.phase === 'ports' ? portsPage(deps, walk, run) : walk;
}

async function hostsPage(deps: WalkCloudDeps, walk: Walk, run: MirrorRun): Promise<Walk> {
  const services = await deps.cloud.services();
  const hypervisors = await deps.cloud.hypervisors();
  const cloud = { services, hypervisors };
  const found = await mirrorHosts(deps, cloud, { ...run, thorough: true });
  return { ...noted(walk, 'hosts', services.length, found), ...begun, phase: 'servers' };
}

async function serversPage(deps: WalkCloudDeps, walk: Walk, run: WalkRun): Promise<Walk> {
  const page = await deps.cloud.serverPage({ marker: walk.marker, limit: run.limit });
  if (page === 'lost') return restarted(deps, walk, 'servers');
  const { items, unreadable, next, read_at } = page;
  const found = await mirrorServers(deps, items, run);
  const ids = new Set([...items.map(({ uuid }) => uuid), ...unreadable.map(({ id }) => id)]);
  const oldest = items.at(-1)?.facts.created_at ?? null;
  const last = next === null ? null : oldest;
  const gone = await goneServers(deps, { ids, after: walk.place, last });
  const ended = await pMap(
    gone,
    async (uuid) => {
      if (run.isLate() || (await deps.cloud.hasServer(uuid))) return 'same';
      return mirrorServerEnd(deps, { uuid, read_at }, run);
    },
    { concurrency: 1 },
  );
  const all = [...found, ...ended].filter(isDifference);
  const counted = noted(walk, 'servers', ids.size, [...all, ...failures('server', unreadable)]);
  if (next === null) return { ...counted, ...begun, phase: 'ports' };
  return { ...counted, marker: next, place: last };
}

/** A page of the cloud: its ids, and the range of Doctor's list that it covers; null: without an end. */
type CoveredPage = {
  readonly ids: ReadonlySet<string>;
  readonly after: string | null;
  readonly last: string | null;
};

/**
 * The ids in Doctor's list that are in the range of a page, and that the page does not show.
 * @param pages of the list, from the begin of the range on.
 */
async function missingIn<Key>(
  pages: AsyncIterable<readonly Key[]>,
  isCovered: (key: Key) => boolean,
  { idOf, ids }: { idOf: (key: Key) => string; ids: ReadonlySet<string> },
): Promise<readonly string[]> {
  const missing: string[] = [];
  for await (const keys of pages) {
    const here = keys.filter(isCovered);
    missing.push(...here.map(idOf).filter((id) => !ids.has(id)));
    if (here.length < keys.length) break;
  }
  return missing;
}

/**
 * Servers that Doctor has from the time of one page to that of the next, that a mirror registered,
 * and that the page does not show. Each page takes those of its times: from `after` on (not
 * included) to `last`.
 */
async function goneServers(
  deps: WalkCloudDeps,
  { ids, after, last }: CoveredPage,
): Promise<readonly string[]> {
  const range = {
    after: after === null ? undefined : `${after}#`,
    oldestFirst: false,
    first: pageLength,
  };
  const isCovered = (place: string): boolean => last === null || place >= `${last}#`;
  const places = deps.listed({ by: 'time' }, range);
  const missing = await missingIn(places, isCovered, { idOf: uuidAt, ids });
  if (missing.length === 0) return [];
  const rows = await deps.instances(missing);
  return rows
    .filter(({ mirrored, deleted }) => mirrored && !deleted)
    .map(({ uuid }) => uuid)
    .slice(0, mostAsked);
}

async function portsPage(deps: WalkCloudDeps, walk: Walk, run: WalkRun): Promise<Walk> {
  const page = await deps.cloud.portPage({ marker: walk.marker, limit: run.limit });
  if (page === 'lost') return restarted(deps, walk, 'ports');
  const { items, unreadable, next, read_at } = page;
  const found = await mirrorPorts(deps, items, run);
  const ids = new Set([...items, ...unreadable].map(({ id }) => id));
  const gone = await gonePorts(deps, { ids, after: walk.marker, last: next });
  const ended = await pMap(
    gone,
    async (id) => {
      if (run.isLate() || (await deps.cloud.hasPort(id))) return 'same';
      return mirrorPortEnd(deps, { id, read_at }, run);
    },
    { concurrency: 1 },
  );
  const all = [...found, ...ended].filter(isDifference);
  const counted = noted(walk, 'ports', ids.size, [...all, ...failures('port', unreadable)]);
  if (next === null) return { ...counted, ...begun, phase: 'done', ended_at: deps.now() };
  return { ...counted, marker: next };
}

/**
 * Ports that Doctor has in the range of a page, that a mirror made, and that the page does not
 * show.
 */
async function gonePorts(
  deps: WalkCloudDeps,
  { ids, after, last }: CoveredPage,
): Promise<readonly string[]> {
  const listed = deps.portIds({ index: 'listing' }, after === null ? {} : { after });
  const isCovered = (id: string): boolean => last === null || id <= last;
  const missing = await missingIn(listed, isCovered, { idOf: (id) => id, ids });
  if (missing.length === 0) return [];
  const rows = await deps.ports(missing);
  return rows
    .filter(({ mirrored_revision, deleted }) => mirrored_revision !== undefined && !deleted)
    .map(({ id }) => id)
    .slice(0, mostAsked);
}

/** Keys of Doctor's own lists that are read at first for a page of the cloud. */
const pageLength = 500;

/** The fields of a part of a walk that has not begun. */
const begun = { marker: null, place: null, restarts: 0 } as const;

/** The walk with this part begun again. It ends if that happened too often. */
function restarted({ now }: WalkCloudDeps, walk: Walk, part: keyof Walk['counts']): Walk {
  if (walk.restarts >= mostRestarts) return { ...walk, phase: 'done', ended_at: now() };
  const counts = { ...walk.counts, [part]: nothingCounted };
  return { ...walk, counts, marker: null, place: null, restarts: walk.restarts + 1 };
}

const isDifference = (mirrored: Mirrored): mirrored is Difference => mirrored !== 'same';

const failures = (
  resource: Difference['resource'],
  unreadable: readonly UnreadableItem[],
): Difference[] =>
  unreadable.map(({ id, reason }) => ({ resource, id, kind: 'failed', detail: reason }));

/** The walk with the counts and differences of a page. */
function noted(
  walk: Walk,
  of: keyof Walk['counts'],
  seen: number,
  found: readonly Difference[],
): Walk {
  return {
    ...walk,
    counts: { ...walk.counts, [of]: countedWith(walk.counts[of], seen, found) },
    differences: [...walk.differences, ...found].slice(0, mostDifferences),
  };
}

/** The servers of a listing of changes, one page; those that it shows as deleted end here too. */
export async function changesPage(
  deps: Pick<WalkCloudDeps, 'cloud'> & MirrorServersDeps,
  from: { readonly since: string; readonly marker: string | null; readonly limit: number },
  run: MirrorRun,
): Promise<{ readonly next: string | null; readonly differences: number } | 'lost'> {
  const page = await deps.cloud.serverPage(from);
  if (page === 'lost') return 'lost';
  const { items, ended, next, read_at } = page;
  const found = await mirrorServers(deps, items, run);
  const gone = await pMap(ended, (server) => mirrorServerEnd(deps, { ...server, read_at }, run), {
    concurrency: 8,
  });
  return { next, differences: [...found, ...gone].filter(isDifference).length };
}
