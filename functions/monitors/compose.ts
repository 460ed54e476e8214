/** Puts the surfaces of monitors together: handlers and flows, on plain stores. */
import type { DepsOf } from '../../flows/deps-of.ts';
import { endCondition } from '../../flows/end-condition.ts';
import { reportConditions } from '../../flows/report-conditions.ts';
import { eventsApi, type MonitorsDeps, monitorsApi } from './handler.ts';
import { byResource } from './surfaces.ts';

export type MonitorsParts = Omit<MonitorsDeps, 'reportConditions' | 'endCondition'> &
  DepsOf<typeof reportConditions>;

/** The handler of all surfaces of monitors. */
export function compose(parts: MonitorsParts) {
  const deps: MonitorsDeps = {
    ...parts,
    reportConditions: (report) => reportConditions(parts, report),
    endCondition: (condition_id, ending) => endCondition(parts, condition_id, ending),
  };
  return byResource({ '/events': eventsApi(deps) }, monitorsApi(deps));
}
