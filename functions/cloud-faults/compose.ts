/** Puts the function together that applies Doctor's state to the cloud: handler and flows. */
import type { CloudTask, MoveTask } from '../../domain/cloud/cloud-task.ts';
import { applied, type CloudResult } from '../../domain/hosts/cloud-outcome.ts';
import { newestFault } from '../../domain/ports/host-data-plane.ts';
import { moveInCloud } from '../../flows/cloud-move.ts';
import { applyDataPlaneOf, applyPorts, noteReplacedPlane } from '../../flows/cloud-ports.ts';
import { markServers } from '../../flows/cloud-servers.ts';
import { applyService, noteOnFault, noteReplaced } from '../../flows/cloud-service.ts';
import type { DepsOf } from '../../flows/deps-of.ts';
import { reportEvacuation } from '../../flows/evacuate.ts';
import { type CloudFaultsDeps, cloudFaults } from './handler.ts';

type Composed =
  | 'applyService'
  | 'applyDataPlaneOf'
  | 'applyPorts'
  | 'moveInCloud'
  | 'noteReplaced'
  | 'giveUp';

type Flows = Omit<DepsOf<typeof applyService>, 'markServers'> &
  DepsOf<typeof markServers> &
  Omit<DepsOf<typeof applyDataPlaneOf>, 'portsOn'> &
  Omit<DepsOf<typeof moveInCloud>, 'applyService' | 'reportEvacuation'> &
  DepsOf<typeof reportEvacuation>;

export type CloudFaultsParts = Omit<CloudFaultsDeps, Composed> &
  Flows & {
    /** Ids of the ports on a host, as the index shows them, a page at a time. */
    readonly portIds: (among: {
      readonly index: 'byHost';
      readonly value: string;
    }) => AsyncIterable<readonly string[]>;
    /** Whether the servers of a failed host are put in error in Nova. */
    readonly marksServers: boolean;
  };

/** The handler of the queues of the cloud. */
export function compose(parts: CloudFaultsParts) {
  const { now, marksServers } = parts;
  const servicesWith = (callsAtOnce: number) => ({
    ...parts,
    markServers: async (host: Parameters<typeof markServers>[1]): Promise<CloudResult> =>
      marksServers ? markServers({ ...parts, callsAtOnce }, host) : applied,
  });
  const services = servicesWith(parts.callsAtOnce);
  const ports = {
    ...parts,
    portsOn: (host: string) => parts.portIds({ index: 'byHost', value: host }),
  };
  const moves = {
    ...parts,
    // A process of the move queue has one request in flight.
    applyService: (host: string) => applyService(servicesWith(1), host),
    reportEvacuation: (...given: ReportArguments) => reportEvacuation(parts, ...given),
  };
  return cloudFaults({
    ...parts,
    applyService: (host) => applyService(services, host),
    applyDataPlaneOf: (host) => applyDataPlaneOf(ports, host),
    applyPorts: (ids) => applyPorts(ports, ids),
    moveInCloud: (uuid, migration_uuid) => moveInCloud(moves, uuid, migration_uuid),
    noteReplaced: async (task) => {
      if ('service' in task) await noteReplaced(parts, task);
      if ('dataPlaneOf' in task) await noteReplacedPlane(parts, task);
    },
    giveUp: (task, reason) => giveUp(parts, task, { reason, at: now() }),
  });
}

type ReportArguments =
  Parameters<typeof reportEvacuation> extends [unknown, ...infer Rest] ? Rest : never;

/** Shows a task that was given up as failed: on its fault, or as the end of the move. */
async function giveUp(
  parts: CloudFaultsParts,
  task: CloudTask | MoveTask,
  { reason, at }: { readonly reason: string; readonly at: string },
): Promise<void> {
  const failed: CloudResult = { state: 'failed', reason };
  if ('service' in task) {
    const host = await parts.host(task.service);
    if (host) await noteOnFault(parts, host, failed);
  }
  if ('dataPlaneOf' in task) {
    const plane = await parts.dataPlane(task.dataPlaneOf);
    const fault = plane && newestFault(plane);
    const change = plane?.open_fault === null ? 'up' : 'down';
    if (fault) await parts.noteOutcome({ ...fault, host: plane.host }, { ...failed, change, at });
  }
  if ('move' in task) {
    const { move, migration_uuid } = task;
    const actor = { user_id: 'doctor', request_id: `req-${migration_uuid}`, at };
    await reportEvacuation(parts, move, { status: 'failed', migration_uuid, reason }, actor);
  }
}
