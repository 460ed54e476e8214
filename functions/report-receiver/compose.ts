/** Puts the receiver of reports together: handler and flows, on plain stores. */
import type { DepsOf } from '../../flows/deps-of.ts';
import { noteHeartbeats } from '../../flows/note-heartbeats.ts';
import { reportConditions } from '../../flows/report-conditions.ts';
import type { ReportDataPlaneDeps } from '../../flows/report-data-plane.ts';
import type { ReportOnTargetDeps } from '../../flows/report-on-target.ts';
import { type TakeOutsideDeps, takeOutside } from '../../flows/take-outside.ts';
import { type ReportReceiverDeps, reportReceiver } from './handler.ts';

type Flows = DepsOf<typeof reportConditions>;
type Nested = 'changingPorts' | 'changingServers' | 'reportingDataPlanes';

export type ReportReceiverParts = Omit<
  ReportReceiverDeps,
  'reportConditions' | 'noteHeartbeats' | 'sendTwice'
> &
  Omit<Flows, Nested> &
  Omit<ReportOnTargetDeps['changingPorts'], 'freeAbandonedMac'> &
  ReportOnTargetDeps['changingServers'] &
  Omit<ReportDataPlaneDeps, 'portsOn' | 'isHost' | 'saveReport'> &
  DepsOf<typeof noteHeartbeats> &
  TakeOutsideDeps & {
    /** Writes a report on a data plane and its fault; false if another writer was faster. */
    readonly saveDataPlane: ReportDataPlaneDeps['saveReport'];
    /** Ids of the ports on a host, as the index shows them, a page at a time. */
    readonly portIds: (among: {
      readonly index: 'byHost';
      readonly value: string;
    }) => AsyncIterable<readonly string[]>;
  };

/** The handler of the queue of reports. */
export function compose(parts: ReportReceiverParts) {
  const flows: Flows = {
    ...parts,
    // A report keeps the MAC address of a port: there is none to take.
    changingPorts: { ...parts, freeAbandonedMac: async () => false },
    changingServers: parts,
    reportingDataPlanes: {
      ...parts,
      saveReport: parts.saveDataPlane,
      portsOn: (host) => parts.portIds({ index: 'byHost', value: host }),
      isHost: async (name) => (await parts.host(name))?.deleted === false,
    },
  };
  return reportReceiver({
    ...parts,
    reportConditions: (report) => reportConditions(flows, report),
    noteHeartbeats: (hosts, at) => noteHeartbeats(parts, hosts, at),
    sendTwice: (events) => takeOutside(parts, events),
  });
}
