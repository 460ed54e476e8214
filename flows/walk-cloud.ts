/**
 * One page of a walk through the cloud: what differs is taken over, and what is gone is deleted. What
 * Doctor shows and the cloud does not is queued to be applied there.
 */
import { partition } from 'es-toolkit';
import pMap from 'p-map';
import { mostDifferences, type Walk } from '../domain/mirror/cloud-job.ts';
import {
  type Compared,
  comparedWith,
  mayDelete,
  nothingCompared,
  tooManyMissing,
} from '../domain/mirror/deletions.ts';
import type { Difference, Mirrored } from '../domain/mirror/difference.ts';
import { countedWith, nothingCounted } from '../domain/mirror/mirror-counts.ts';
import { absenceOf, hiddenPort, macsOf, type PortAbsence } from '../domain/mirror/port-absence.ts';
import { instanceOf, type Port } from '../domain/ports/port.ts';
import { type ApplyHostsDeps, applyHosts } from './apply-unapplied.ts';
import type { CloudReader, UnreadableItem } from './cloud-reader.ts';
import { type DeletedServersDeps, deletedServers } from './deleted-servers.ts';
import { type MirrorHostsDeps, mirrorHosts } from './mirror-hosts.ts';
import { type MirrorPortsDeps, mirrorPortEnd, mirrorPorts } from './mirror-ports.ts';
import {
  type MirrorRun,
  type MirrorServersDeps,
  mirrorServerEnd,
  mirrorServers,
} from './mirror-servers.ts';
import { gonePorts, goneServers, type WalkGoneDeps } from './walk-gone.ts';

export type WalkCloudDeps = MirrorHostsDeps &
  MirrorServersDeps &
  MirrorPortsDeps &
  ApplyHostsDeps &
  DeletedServersDeps &
  WalkGoneDeps & {
    readonly cloud: CloudReader;
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
  if (page === 'lost') return restarted(deps, { ...walk, macs: 0 }, 'servers');
  const { items, unreadable, next, read_at } = page;
  const found = await mirrorServers(deps, items, run);
  const ids = new Set([...items.map(({ uuid }) => uuid), ...unreadable.map(({ id }) => id)]);
  const oldest = items.at(-1)?.facts.created_at ?? null;
  const last = next === null ? null : oldest;
  const { known, missing } = await goneServers(deps, { ids, after: walk.place, last });
  const gone = missing.map(({ uuid }) => uuid);
  const { compared, explained, unexplained, mayEnd } = await judged(deps, walk, run, known, gone);
  const ended = await each([...explained, ...(mayEnd ? unexplained : [])], run, async (uuid) =>
    (await deps.cloud.hasServer(uuid)) ? 'same' : mirrorServerEnd(deps, { uuid, read_at }, run),
  );
  const kept = (mayEnd ? [] : unexplained).map((id) => held('server', id, tooManyMissing));
  const all = [...found, ...ended, ...kept].filter(isDifference);
  const counted = {
    ...noted(walk, 'servers', ids.size, [...all, ...failures('server', unreadable)]),
    macs: walk.macs + items.reduce((sum, { facts }) => sum + macsOf(facts).size, 0),
  };
  if (next === null) return { ...counted, ...begun, phase: 'ports' };
  return { ...counted, marker: next, place: last, compared };
}

/**
 * Whether servers that a page does not show may be deleted. Only if they are too many, the cloud is
 * asked which ones it has deleted.
 */
async function judged(
  deps: WalkCloudDeps,
  walk: Walk,
  run: WalkRun,
  known: number,
  gone: readonly string[],
) {
  const comparison = (missing: number) => comparedWith(walk.compared, { known, missing });
  const all = comparison(gone.length);
  if (walk.allow_deletions || mayDelete(all)) {
    return { compared: all, explained: [], unexplained: gone, mayEnd: true };
  }
  const deleted = await deletedServers(deps, run);
  const [explained, unexplained] = partition(gone, (uuid) => deleted.has(uuid));
  const compared = comparison(unexplained.length);
  return { compared, explained, unexplained, mayEnd: mayDelete(compared) };
}

/** Looks for resources that may be gone, one after the other, while the turn has time. */
const each = (
  ids: readonly string[],
  { isLate }: PageRun,
  look: (id: string) => Promise<Mirrored>,
): Promise<Mirrored[]> =>
  pMap(ids.slice(0, mostAsked), async (id) => (isLate() ? 'same' : look(id)), { concurrency: 1 });

const held = (resource: Difference['resource'], id: string, detail: string): Difference => ({
  ...{ resource, id, kind: 'held', detail },
});

async function portsPage(deps: WalkCloudDeps, walk: Walk, run: WalkRun): Promise<Walk> {
  const page = await deps.cloud.portPage({ marker: walk.marker, limit: run.limit });
  if (page === 'lost') return restarted(deps, { ...walk, hidden: 0 }, 'ports');
  const { items, unreadable, next, read_at } = page;
  const found = await mirrorPorts(deps, items, run);
  const ids = new Set([...items, ...unreadable].map(({ id }) => id));
  const { known, missing } = await gonePorts(deps, { ids, after: walk.marker, last: next });
  const absent = await absences(deps, walk, missing);
  const missed = { known, missing: absent.unexplained.length };
  const compared = comparedWith(walk.compared, missed);
  const mayEnd = walk.allow_deletions || mayDelete(compared);
  const end = async (id: string) =>
    (await deps.cloud.hasPort(id)) ? 'same' : mirrorPortEnd(deps, { id, read_at }, run);
  const gone = [...absent.explained, ...(mayEnd ? absent.unexplained : [])];
  const ended = await each(idsOf(gone), run, end);
  const looked = await pMap(
    absent.hidden,
    async (port, n) =>
      n >= mostAsked || run.isLate() || (await isShownByNova(deps, port))
        ? held('port', port.id, hiddenPort)
        : end(port.id),
    { concurrency: 1 },
  );
  const tooMany = idsOf(mayEnd ? [] : absent.unexplained);
  const kept = [...looked, ...tooMany.map((id) => held('port', id, tooManyMissing))];
  const all = [...found, ...ended, ...kept].filter(isDifference);
  const counted = {
    ...noted(walk, 'ports', ids.size, [...all, ...failures('port', unreadable)]),
    hidden: walk.hidden + looked.filter((one) => isDifference(one) && one.kind === 'held').length,
  };
  if (next === null) return { ...counted, ...begun, phase: 'done', ended_at: deps.now() };
  return { ...counted, marker: next, compared };
}

const idsOf = (ports: readonly Port[]): string[] => ports.map(({ id }) => id);

/** Whether Nova shows a port on its server now: the server's row may be older. */
const isShownByNova = async ({ cloud }: WalkCloudDeps, port: Port): Promise<boolean> =>
  (await cloud.macsOfServer(port.device_id)).has(port.mac_address);

/** The ports that Neutron does not show, by what the rows of their servers say. An administrator may overrule it. */
async function absences(
  { instances }: Pick<WalkCloudDeps, 'instances'>,
  { allow_deletions }: Walk,
  ports: readonly Port[],
): Promise<Readonly<Record<PortAbsence, readonly Port[]>>> {
  const uuids = new Set(ports.flatMap((port) => instanceOf(port) ?? []));
  const rows = uuids.size === 0 ? [] : await instances([...uuids]);
  const servers = new Map(rows.map((row) => [row.uuid, row]));
  const those = (absence: PortAbsence) =>
    ports.filter((port) => absenceOf(port, servers.get(instanceOf(port) ?? '')) === absence);
  const [hidden, explained] = [those('hidden'), those('explained')];
  const unexplained = those('unexplained');
  return allow_deletions
    ? { explained, hidden: [], unexplained: [...hidden, ...unexplained] }
    : { explained, hidden, unexplained };
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
