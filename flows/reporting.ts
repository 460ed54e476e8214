/** Puts the flow of reported conditions together, on plain stores, for each function that takes reports. */
import type { DepsOf } from './deps-of.ts';
import type { reportConditions } from './report-conditions.ts';
import type { ReportDataPlaneDeps } from './report-data-plane.ts';
import type { ReportOnTargetDeps } from './report-on-target.ts';

type ReportFlows = DepsOf<typeof reportConditions>;
type Nested = 'changingPorts' | 'changingServers' | 'reportingDataPlanes';

/** The stores that the flow needs, side by side. */
export type ReportingParts = Omit<ReportFlows, Nested> &
  Omit<ReportOnTargetDeps['changingPorts'], 'freeAbandonedMac'> &
  ReportOnTargetDeps['changingServers'] &
  Omit<ReportDataPlaneDeps, 'portsOn' | 'isHost' | 'saveReport'> & {
    /** Writes a report on a data plane and its fault; false if another writer was faster. */
    readonly saveDataPlane: ReportDataPlaneDeps['saveReport'];
    /** Ids of the ports on a host, as the index shows them, a page at a time. */
    readonly portIds: (among: {
      readonly index: 'byHost';
      readonly value: string;
    }) => AsyncIterable<readonly string[]>;
  };

/** The dependencies of `reportConditions` and `endCondition`, made of the stores. */
export const reportingOf = (parts: ReportingParts): ReportFlows => ({
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
});
