/**
 * Decides about resources that Doctor has and a page of a walk does not show: which ones are deleted,
 * and which ones are kept. Decision: docs/adr/0065.
 */
import { partition } from 'es-toolkit';
import pMap from 'p-map';
import type { Walk } from '../domain/mirror/cloud-job.ts';
import {
  type Compared,
  comparedWith,
  mayDelete,
  tooManyMissing,
} from '../domain/mirror/deletions.ts';
import type { Difference, Mirrored } from '../domain/mirror/difference.ts';
import { absenceOf, hiddenPort, type PortAbsence } from '../domain/mirror/port-absence.ts';
import { instanceOf, type Port } from '../domain/ports/port.ts';
import type { Instance } from '../domain/servers/instance.ts';
import type { CloudReader } from './cloud-reader.ts';
import { type DeletedServersDeps, deletedServers } from './deleted-servers.ts';
import { type MirrorPortsDeps, mirrorPortEnd } from './mirror-ports.ts';
import { type MirrorRun, type MirrorServersDeps, mirrorServerEnd } from './mirror-servers.ts';
import type { Comparison } from './walk-gone.ts';

export type WalkDeletionsDeps = MirrorServersDeps &
  MirrorPortsDeps &
  DeletedServersDeps & { readonly cloud: CloudReader };

/** The run of a page: how many resources it has at most, and whether the turn has no time left. */
export type PageRun = { readonly limit: number; readonly isLate: () => boolean };
export type WalkRun = MirrorRun & PageRun;

/** The walk before the page, and when the request of the page was sent. */
type At = { readonly walk: Walk; readonly read_at: string };

/** What was done about each resource, and the comparison with this page. */
type Decided = { readonly found: readonly Mirrored[]; readonly compared: Compared };

/**
 * Resources that may be gone, for which the cloud is asked after one page at most, one after the
 * other, while the turn has time. The next walk sees the others.
 */
const mostAsked = 200;

/** Looks for resources that may be gone. */
const each = (
  ids: readonly string[],
  { isLate }: PageRun,
  look: (id: string) => Promise<Mirrored>,
): Promise<Mirrored[]> =>
  pMap(ids.slice(0, mostAsked), async (id) => (isLate() ? 'same' : look(id)), { concurrency: 1 });

const held = (resource: Difference['resource'], id: string, detail: string): Difference => ({
  ...{ resource, id, kind: 'held', detail },
});

/**
 * Deletes servers that the cloud no longer has. Only if they are too many, the cloud is asked which
 * ones it has deleted lately; the others of them are kept.
 */
export async function endServers(
  deps: WalkDeletionsDeps,
  { known, missing }: Comparison<Instance>,
  { walk, read_at }: At,
  run: WalkRun,
): Promise<Decided> {
  const gone = missing.map(({ uuid }) => uuid);
  const comparison = (count: number) => comparedWith(walk.compared, { known, missing: count });
  const mayEndAll = walk.allow_deletions || mayDelete(comparison(gone.length));
  const deleted = mayEndAll ? new Set(gone) : await deletedServers(deps, run);
  const [explained, others] = partition(gone, (uuid) => deleted.has(uuid));
  const compared = comparison(mayEndAll ? gone.length : others.length);
  const mayEnd = mayEndAll || mayDelete(compared);
  const ended = await each([...explained, ...(mayEnd ? others : [])], run, async (uuid) =>
    (await deps.cloud.hasServer(uuid)) ? 'same' : mirrorServerEnd(deps, { uuid, read_at }, run),
  );
  const kept = mayEnd ? [] : others.map((id) => held('server', id, tooManyMissing));
  return { found: [...ended, ...kept], compared };
}

/**
 * Deletes ports that the cloud no longer has. Those are kept that Nova shows on a server, and those of
 * which Nova says nothing, if they are too many.
 * @returns `hidden`: how many Nova shows.
 */
export async function endPorts(
  deps: WalkDeletionsDeps,
  { known, missing }: Comparison<Port>,
  { walk, read_at }: At,
  run: WalkRun,
): Promise<Decided & { readonly hidden: number }> {
  const { hidden, explained, unexplained } = await absences(deps, walk, missing);
  const compared = comparedWith(walk.compared, { known, missing: unexplained.length });
  const mayEnd = walk.allow_deletions || mayDelete(compared);
  const end = async (id: string) =>
    (await deps.cloud.hasPort(id)) ? 'same' : mirrorPortEnd(deps, { id, read_at }, run);
  const gone = [...explained, ...(mayEnd ? unexplained : [])];
  const ended = await each(idsOf(gone), run, end);
  const [looked, left] = [hidden.slice(0, mostAsked), hidden.slice(mostAsked)];
  const shown = await pMap(
    looked,
    async (port) =>
      run.isLate() || (await isShownByNova(deps, port))
        ? held('port', port.id, hiddenPort)
        : end(port.id),
    { concurrency: 1 },
  );
  const stillHidden = shown.filter((one) => one !== 'same' && one.kind === 'held');
  const kept = [
    ...idsOf(left).map((id) => held('port', id, hiddenPort)),
    ...idsOf(mayEnd ? [] : unexplained).map((id) => held('port', id, tooManyMissing)),
  ];
  const found = [...ended, ...shown, ...kept];
  return { found, compared, hidden: stillHidden.length + left.length };
}

const idsOf = (ports: readonly Port[]): string[] => ports.map(({ id }) => id);

/** Whether Nova shows a port on its server now: the server's row may be older. */
const isShownByNova = async ({ cloud }: WalkDeletionsDeps, port: Port): Promise<boolean> =>
  (await cloud.macsOfServer(port.device_id)).has(port.mac_address);

/**
 * The ports that Neutron does not show, by what the rows of their servers say. An administrator may
 * overrule that they are hidden.
 */
async function absences(
  { instances }: Pick<WalkDeletionsDeps, 'instances'>,
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
