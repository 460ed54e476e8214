/**
 * Has the cloud brought to what Doctor shows where no change of a row does: faults from before Doctor
 * knew of the cloud, and what the cloud has refused or lost since. Each walk looks for these.
 */
import pMap from 'p-map';
import { isDifferentInCloud, wantedInCloud } from '../domain/cloud/cloud-port.ts';
import { type CloudTask, portsPerTask, serviceStateOf } from '../domain/cloud/cloud-task.ts';
import type { Fault } from '../domain/hosts/fault.ts';
import type { Host } from '../domain/hosts/host.ts';
import { hostKey } from '../domain/hosts/host-name.ts';
import type { Difference } from '../domain/mirror/difference.ts';
import type { NovaService, SeenPort } from '../domain/mirror/seen.ts';
import type { HostDataPlane } from '../domain/ports/host-data-plane.ts';
import type { Port } from '../domain/ports/port.ts';
import { slices } from '../domain/slices.ts';
import { differingServices, type FlagDifferencesDeps } from './flag-differences.ts';

export type TasksOut = {
  /** Queues tasks that apply Doctor's state to the cloud, to be delivered after some seconds. */
  readonly sendTasks: (tasks: readonly CloudTask[], delaySeconds: number) => Promise<void>;
};

export type ApplyHostsDeps = FlagDifferencesDeps &
  TasksOut & {
    readonly host: (name: string) => Promise<Host | undefined>;
    /** The reports on a host's ports, read consistently; undefined without any. */
    readonly dataPlane: (host: string) => Promise<HostDataPlane | undefined>;
    /** All open faults between two places, a page at a time; the first page has at most `first`. */
    readonly openFaults: (
      between: { readonly from: string; readonly to: string },
      first: number,
    ) => AsyncIterable<readonly Fault[]>;
  };

/** The limits of all places of faults: a place begins with the year. */
const anyPlace = { from: '0', to: '9' } as const;
const faultsAtFirst = 100;
/** Rows of hosts read at once. */
const readsAtOnce = 8;

/**
 * Queues the open faults of hosts and data planes that were never tried in the cloud, and hosts whose
 * flag differs in Nova without a report of others. A dry run queues nothing.
 * @param read_at when the request that read the services was sent.
 * @returns the hosts whose flag differs.
 */
export async function applyHosts(
  deps: ApplyHostsDeps,
  services: readonly NovaService[],
  { read_at, dryRun }: { readonly read_at: string; readonly dryRun: boolean },
): Promise<readonly Difference[]> {
  const differing = (await differingServices(deps, services, read_at)).filter(
    ({ why }) => why === 'unapplied' || why === 'undone',
  );
  if (!dryRun) {
    const ofFaults = await tasksOfFaults(deps);
    const queued = new Set(ofFaults.map(hostOfTask));
    const names = differing.map(({ service: { host } }) => host);
    const left = names.filter((host) => !queued.has(hostKey(host)));
    const ofFlags = (await serviceTasks(deps, left)).map(
      (task) => ({ ...task, of_walk: true }) as const,
    );
    const tasks = [...ofFaults, ...ofFlags];
    if (tasks.length > 0) await deps.sendTasks(tasks, 0);
  }
  return differing.map(({ service: { host, forced_down } }) => ({
    ...{ resource: 'host', id: host, kind: 'applied' },
    detail: forced_down ? 'up here, forced down in the cloud' : 'down here, up in the cloud',
  }));
}

const hostOfTask = (task: CloudTask): string => ('service' in task ? hostKey(task.service) : '');

/** Tasks that apply the newest state of the hosts' services; hosts that do not exist are left out. */
export async function serviceTasks(
  { host }: Pick<ApplyHostsDeps, 'host'>,
  names: readonly string[],
): Promise<readonly CloudTask[]> {
  const rows = await pMap(names, host, { concurrency: readsAtOnce });
  return rows.flatMap((row): CloudTask[] =>
    row && !row.deleted ? [{ service: row.host, state: serviceStateOf(row), attempts: 0 }] : [],
  );
}

/** A task for each open fault without an outcome in the cloud. */
async function tasksOfFaults(deps: ApplyHostsDeps): Promise<readonly CloudTask[]> {
  const untried: Fault[] = [];
  for await (const page of deps.openFaults(anyPlace, faultsAtFirst)) {
    untried.push(...page.filter(({ applied_to_cloud }) => applied_to_cloud === null));
  }
  const hostsOf = (kind: Fault['kind']) =>
    untried.filter((fault) => fault.kind === kind).map(({ host }) => host);
  const planes = await pMap(hostsOf('data_plane'), deps.dataPlane, { concurrency: readsAtOnce });
  const ofPlanes = planes.flatMap((plane): CloudTask[] =>
    plane ? [{ dataPlaneOf: plane.host, number: plane.number, attempts: 0 }] : [],
  );
  return [...(await serviceTasks(deps, hostsOf('host'))), ...ofPlanes];
}

/** A port as Neutron shows it, and its row. */
export type SeenPortAndRow = { readonly seen: SeenPort; readonly row: Port };

/**
 * Queues the ports whose data plane differs in Neutron. A dry run queues nothing.
 * @returns these ports.
 */
export async function applyPortsOfWalk(
  { sendTasks }: TasksOut,
  ports: readonly SeenPortAndRow[],
  { dryRun }: { readonly dryRun: boolean },
): Promise<readonly Difference[]> {
  const differences = ports.flatMap(({ seen, row }): Difference[] => {
    const wanted = wantedInCloud(row);
    if (wanted === undefined || !isDifferentInCloud(wanted, seen.data_plane_status)) return [];
    const detail = `data plane ${wanted} here, ${seen.data_plane_status ?? 'not reported'} in the cloud`;
    return [{ resource: 'port', id: seen.id, kind: 'applied', detail }];
  });
  if (dryRun || differences.length === 0) return differences;
  const ids = differences.map(({ id }) => id);
  const tasks = slices(ids, portsPerTask).map(
    (ports): CloudTask => ({ ports, attempts: 0, of_walk: true }),
  );
  await sendTasks(tasks, 0);
  return differences;
}
