/** Puts the surfaces of monitors together: handlers and flows, on plain stores. */
import type { DepsOf } from '../../flows/deps-of.ts';
import { type ReportConditions, reportConditions } from '../../flows/report-conditions.ts';
import { type ReportSnapshotDeps, reportSnapshot } from '../../flows/report-snapshot.ts';
import { eventsApi, type MonitorsDeps, monitorsApi } from './handler.ts';
import { byResource } from './surfaces.ts';

export type MonitorsParts = Omit<MonitorsDeps, 'reportConditions' | 'reportSnapshot'> &
  Pick<ReportSnapshotDeps, 'raisedBy'> &
  DepsOf<typeof reportConditions>;

/** The handler of all surfaces of monitors. */
export function compose(parts: MonitorsParts) {
  const { raisedBy } = parts;
  const take: ReportConditions = (report) => reportConditions(parts, report);
  const deps: MonitorsDeps = {
    ...parts,
    reportConditions: take,
    reportSnapshot: (report) => reportSnapshot({ raisedBy, reportConditions: take }, report),
  };
  return byResource({ '/events': eventsApi(deps) }, monitorsApi(deps));
}
