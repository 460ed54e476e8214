/** Puts the surfaces of monitors together: handlers and flows, on plain stores. */

import { endCondition } from '../../flows/end-condition.ts';
import { type ReportConditions, reportConditions } from '../../flows/report-conditions.ts';
import { type ReportSnapshotDeps, reportSnapshot } from '../../flows/report-snapshot.ts';
import { type ReportingParts, reportingOf } from '../../flows/reporting.ts';
import { allApis, type MonitorsDeps } from './handler.ts';
import { instanceHaApi } from './masakari/handler.ts';
import { type MasakariParts, masakari } from './masakari/parts.ts';

export type MonitorsParts = Omit<
  MonitorsDeps,
  'reportConditions' | 'reportSnapshot' | 'endCondition'
> &
  Pick<ReportSnapshotDeps, 'raisedBy'> &
  ReportingParts &
  MasakariParts;

/** The handler of all surfaces of monitors. */
export function compose(parts: MonitorsParts) {
  const flows = reportingOf(parts);
  const { raisedBy } = parts;
  const take: ReportConditions = (report) => reportConditions(flows, report);
  const deps: MonitorsDeps = {
    ...parts,
    reportConditions: take,
    reportSnapshot: (report) => reportSnapshot({ raisedBy, reportConditions: take }, report),
    endCondition: (condition_id, ending) => endCondition(flows, condition_id, ending),
  };
  return allApis(deps, instanceHaApi(masakari({ ...parts, ...deps })));
}
