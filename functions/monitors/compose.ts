/** Puts the surfaces of monitors together: handlers and flows, on plain stores. */
import type { DepsOf } from '../../flows/deps-of.ts';
import { endCondition } from '../../flows/end-condition.ts';
import { type ReportConditions, reportConditions } from '../../flows/report-conditions.ts';
import type { ReportDataPlaneDeps } from '../../flows/report-data-plane.ts';
import type { ReportOnTargetDeps } from '../../flows/report-on-target.ts';
import { type ReportSnapshotDeps, reportSnapshot } from '../../flows/report-snapshot.ts';
import { eventsApi, type MonitorsDeps, monitorsApi } from './handler.ts';
import { instanceHaApi } from './masakari/handler.ts';
import { type MasakariParts, masakari } from './masakari/parts.ts';
import { byResource } from './surfaces.ts';

type Flows = DepsOf<typeof reportConditions>;
type Nested = 'changingPorts' | 'changingServers' | 'reportingDataPlanes';

export type MonitorsParts = Omit<
  MonitorsDeps,
  'reportConditions' | 'reportSnapshot' | 'endCondition'
> &
  Pick<ReportSnapshotDeps, 'raisedBy'> &
  Omit<Flows, Nested> &
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
  } & MasakariParts;

/** The handler of all surfaces of monitors. */
export function compose(parts: MonitorsParts) {
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
  const { raisedBy } = parts;
  const take: ReportConditions = (report) => reportConditions(flows, report);
  const deps: MonitorsDeps = {
    ...parts,
    reportConditions: take,
    reportSnapshot: (report) => reportSnapshot({ raisedBy, reportConditions: take }, report),
    endCondition: (condition_id, ending) => endCondition(flows, condition_id, ending),
  };
  const surfaces = {
    '/events': eventsApi(deps),
    '/instance-ha': instanceHaApi(masakari({ ...parts, ...deps })),
  };
  return byResource(surfaces, monitorsApi(deps));
}
