/**
 * Makes Neutron show the data plane that Doctor shows of ports. Reads the newest rows, and reads
 * them again after the requests, so the order in which two messages are handled does not matter.
 */
import pMap from 'p-map';
import { type CloudAnswer, reasonOf } from '../domain/cloud/cloud-answer.ts';
import {
  type CloudDataPlane,
  isDifferentInCloud,
  wantedInCloud,
} from '../domain/cloud/cloud-port.ts';
import type { CloudTask, DataPlaneTask } from '../domain/cloud/cloud-task.ts';
import { applied, type CloudOutcome, type CloudResult } from '../domain/hosts/cloud-outcome.ts';
import { faultUpTo, type HostDataPlane, newestFault } from '../domain/ports/host-data-plane.ts';
import type { Port } from '../domain/ports/port.ts';
import { slices } from '../domain/slices.ts';
import { type ReadPortsDeps, readPorts } from './read-ports.ts';
import { untilWritten } from './retry.ts';

export type CloudPortsDeps = ReadPortsDeps & {
  /** Ids of the ports on a host, as the index shows them, a page at a time. */
  readonly portsOn: (host: string) => AsyncIterable<readonly string[]>;
  /** The newest report on the host's ports, read consistently; undefined if there is none. */
  readonly dataPlane: (host: string) => Promise<HostDataPlane | undefined>;
  /**
   * The status of up to 50 ports in Neutron; unknown ports are left out.
   * @throws if Neutron does not answer.
   */
  readonly cloudPorts: (ids: readonly string[]) => Promise<ReadonlyMap<string, CloudDataPlane>>;
  /** Requests to Neutron that are in flight at once. */
  readonly callsAtOnce: number;
  /** Queues the tasks, to be delivered after the delay. */
  readonly sendTasks: (tasks: readonly CloudTask[], delaySeconds: number) => Promise<void>;
  readonly setDataPlane: (id: string, status: 'ACTIVE' | 'DOWN') => Promise<CloudAnswer>;
  /** Puts the outcome on the row of the fault; a fault that does not exist is left out. */
  readonly noteOutcome: (
    fault: { readonly host: string; readonly number: number; readonly fault_id?: string },
    outcome: CloudOutcome,
  ) => Promise<void>;
  readonly now: () => string;
};

/**
 * How long Neutron may still carry out what it did not answer, in seconds. Then the ports are looked
 * at once more.
 */
const lateSeconds = 60;
/** Ports in one query: a URL has room for them. */
const portsPerQuery = 50;

/**
 * Applies the newest report on a host's ports, and records the outcome on the fault that it opened or closed.
 * @returns the result; undefined if there is no report.
 */
export async function applyDataPlaneOf(
  deps: CloudPortsDeps,
  host: string,
): Promise<CloudResult | undefined> {
  const plane = await deps.dataPlane(host);
  if (!plane) return undefined;
  const results: CloudResult[] = [];
  try {
    for await (const page of deps.portsOn(host)) results.push(await applyPorts(deps, page));
  } catch (error) {
    results.push({ state: 'pending', reason: reasonOf(error) });
  }
  const result = results.find(({ state }) => state !== 'done') ?? applied;
  const fault = newestFault(plane);
  if (fault) {
    const change = plane.open_fault === null ? 'up' : 'down';
    await deps.noteOutcome({ ...fault, host: plane.host }, { ...result, change, at: deps.now() });
  }
  return result;
}

/**
 * Records that nothing is left to apply of a fault of a data plane that a later one of the same host
 * has replaced.
 */
export async function noteReplacedPlane(
  deps: Pick<CloudPortsDeps, 'dataPlane' | 'noteOutcome' | 'now'>,
  { dataPlaneOf, number }: DataPlaneTask,
): Promise<void> {
  const plane = await deps.dataPlane(dataPlaneOf);
  const fault = plane && faultUpTo(plane, number);
  if (!fault || fault.fault_id === newestFault(plane)?.fault_id) return;
  const outcome: CloudOutcome = { ...applied, change: 'up', at: deps.now() };
  await deps.noteOutcome({ ...fault, host: plane.host }, outcome);
}

/** Applies the data plane of some ports. @throws if Neutron or a table does not answer a read. */
export async function applyPorts(
  deps: CloudPortsDeps,
  ids: readonly string[],
): Promise<CloudResult> {
  const reasons: string[] = [];
  for (const some of slices(ids, portsPerQuery)) {
    let left = some;
    await untilWritten(async () => {
      const before = await readPorts(deps, left);
      reasons.push(...(await appliedOnce(deps, before)));
      const after = new Map((await readPorts(deps, left)).map((port) => [port.id, port]));
      left = before.filter((port) => isOvertaken(port, after.get(port.id))).map(({ id }) => id);
      return left.length === 0 ? true : undefined;
    });
  }
  const [reason] = reasons;
  return reason === undefined ? applied : { state: 'pending', reason };
}

const isOvertaken = (before: Port, after: Port | undefined): boolean =>
  after !== undefined && wantedInCloud(after) !== wantedInCloud(before);

/** @returns why ports were not changed; empty if Neutron shows all as Doctor does. */
async function appliedOnce(deps: CloudPortsDeps, ports: readonly Port[]): Promise<string[]> {
  const wanted = ports.flatMap((port) => {
    const status = wantedInCloud(port);
    return status === undefined ? [] : [{ id: port.id, status }];
  });
  if (wanted.length === 0) return [];
  const shown = await deps.cloudPorts(wanted.map(({ id }) => id));
  const different = wanted.filter(({ id, status }) => {
    const current = shown.get(id);
    return current !== undefined && isDifferentInCloud(status, current);
  });
  const unanswered: string[] = [];
  const reasons = await pMap(
    different,
    async ({ id, status }) => {
      const answer = await deps.setDataPlane(id, status);
      if (answer.kind === 'unknown') unanswered.push(id);
      const isGone = answer.kind === 'refused' && answer.status === 404;
      return answer.kind === 'accepted' || isGone ? [] : [`Port ${id}: ${answer.reason}`];
    },
    { concurrency: deps.callsAtOnce },
  );
  if (unanswered.length > 0) {
    await deps.sendTasks([{ ports: unanswered, attempts: 0 }], lateSeconds);
  }
  return reasons.flat();
}
