/** Puts the surfaces of monitors together: handlers and flows, on plain stores. */
import type { DepsOf } from '../../flows/deps-of.ts';
import { endCondition } from '../../flows/end-condition.ts';
import { type ReportConditions, reportConditions } from '../../flows/report-conditions.ts';
import { type ReportSnapshotDeps, reportSnapshot } from '../../flows/report-snapshot.ts';
import { eventsApi, type MonitorsDeps, monitorsApi } from './handler.ts';
import { byResource } from './surfaces.ts';

export type MonitorsParts = Omit<
  MonitorsDeps,
  'reportConditions' | 'reportSnapshot' | 'endCondition'
> &
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
    endCondition: (condition_id, ending) => endCondition(parts, condition_id, ending),
  };
  return byResource({ '/events': eventsApi(deps) }, monitorsApi(deps));
}
