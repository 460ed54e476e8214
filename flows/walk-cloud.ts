/**
 * One page of a walk through the cloud: what differs is taken over, and what is gone is deleted. What
 * Doctor shows and the cloud does not is queued to be applied there.
 */
import pMap from 'p-map';
import { mostDifferences, type Walk } from '../domain/mirror/cloud-job.ts';
import { type Compared, mayDelete, nothingCompared } from '../domain/mirror/deletions.ts';
import type { Difference, Mirrored } from '../domain/mirror/difference.ts';
import { countedWith, nothingCounted } from '../domain/mirror/mirror-counts.ts';
import { macsOf } from '../domain/mirror/port-absence.ts';
import { noSample, sampleAfter, sampledWith } from '../domain/mirror/port-sample.ts';
import { type ApplyHostsDeps, applyHosts } from './apply-unapplied.ts';
import type { CloudReader, UnreadableItem } from './cloud-reader.ts';
import { type MirrorHostsDeps, mirrorHosts } from './mirror-hosts.ts';
import { mirrorPorts } from './mirror-ports.ts';
import {
  type MirrorRun,
  type MirrorServersDeps,
  mirrorServerEnd,
  mirrorServers,
} from './mirror-servers.ts';
import {
  endPorts,
  endServers,
  type PageRun,
  type WalkDeletionsDeps,
  type WalkRun,
} from './walk-deletions.ts';
import { gonePorts, goneServers, type WalkGoneDeps } from './walk-gone.ts';

export type WalkCloudDeps = MirrorHostsDeps &
  ApplyHostsDeps &
  WalkGoneDeps &
  WalkDeletionsDeps & {
    readonly cloud: CloudReader;
    readonly now: () => string;
  };

/** A part that was begun again so often ends the walk: the next one begins anew. */
const mostRestarts = 10;

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
  const read_at = deps.now();
  const services = await deps.cloud.services();
  const hypervisors = await deps.cloud.hypervisors();
  const mayEnd = (compared: Compared) => walk.allow_deletions || mayDelete(compared);
  const found = await mirrorHosts(
    deps,
    { services, hypervisors },
    { ...run, thorough: true, mayEnd },
  );
  const applied = await applyHosts(deps, services, { ...run, read_at });
  const noticed = noted(walk, 'hosts', services.length, [...found, ...applied]);
  return { ...noticed, ...begun, phase: 'servers' };
}

async function serversPage(deps: WalkCloudDeps, walk: Walk, run: WalkRun): Promise<Walk> {
  const page = await deps.cloud.serverPage({ marker: walk.marker, limit: run.limit });
  if (page === 'lost') return restarted(deps, { ...walk, sample: noSample }, 'servers');
  const { items, unreadable, next, read_at } = page;
  const found = await mirrorServers(deps, items, run);
  const ids = new Set([...items.map(({ uuid }) => uuid), ...unreadable.map(({ id }) => id)]);
  const oldest = items.at(-1)?.facts.created_at ?? null;
  const last = next === null ? null : oldest;
  const gone = await goneServers(deps, { ids, after: walk.place, last });
  const ended = await endServers(deps, gone, { walk, read_at }, run);
  const all = [...found, ...ended.found].filter(isDifference);
  const counted = {
    ...noted(walk, 'servers', ids.size, [...all, ...failures('server', unreadable)]),
    sample: sampledWith(
      walk.sample,
      items.flatMap(({ facts }) => [...macsOf(facts)]),
    ),
  };
  if (next === null) return { ...counted, ...begun, phase: 'ports' };
  return { ...counted, marker: next, place: last, compared: ended.compared };
}

async function portsPage(deps: WalkCloudDeps, walk: Walk, run: WalkRun): Promise<Walk> {
  const page = await deps.cloud.portPage({ marker: walk.marker, limit: run.limit });
  if (page === 'lost') return restarted(deps, { ...walk, hidden: 0 }, 'ports');
  const { items, unreadable, next, read_at } = page;
  const found = await mirrorPorts(deps, items, run);
  const ids = new Set([...items, ...unreadable].map(({ id }) => id));
  const gone = await gonePorts(deps, { ids, after: walk.marker, last: next });
  const ended = await endPorts(deps, gone, { walk, read_at }, run);
  const all = [...found, ...ended.found].filter(isDifference);
  const counted = {
    ...noted(walk, 'ports', ids.size, [...all, ...failures('port', unreadable)]),
    hidden: walk.hidden + ended.hidden,
    sample: sampleAfter(walk.sample, new Set(items.map(({ facts }) => facts.mac_address))),
  };
  if (next === null) return { ...counted, ...begun, phase: 'done', ended_at: deps.now() };
  return { ...counted, marker: next, compared: ended.compared };
}

/** The fields of a part of a walk that has not begun. */
const begun = { marker: null, place: null, restarts: 0, compared: nothingCompared } as const;

/** The walk with this part begun again. It ends if that happened too often. */
function restarted({ now }: WalkCloudDeps, walk: Walk, part: keyof Walk['counts']): Walk {
  if (walk.restarts >= mostRestarts) return { ...walk, phase: 'done', ended_at: now() };
  const counts = { ...walk.counts, [part]: nothingCounted };
  return { ...walk, counts, ...begun, restarts: walk.restarts + 1 };
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
