/** Puts the surfaces of monitors together: handlers and flows, on plain stores. */
import type { DepsOf } from '../../flows/deps-of.ts';
import { endCondition } from '../../flows/end-condition.ts';
import { reportConditions } from '../../flows/report-conditions.ts';
import { instanceHaApi } from '../instance-ha/handler.ts';
import { eventsApi, type MonitorsDeps, monitorsApi } from './handler.ts';
import { type MasakariParts, masakari } from './masakari.ts';
import { byResource } from './surfaces.ts';

export type MonitorsParts = Omit<MonitorsDeps, 'reportConditions' | 'endCondition'> &
  DepsOf<typeof reportConditions> &
  MasakariParts;

/** The handler of all surfaces of monitors. */
export function compose(parts: MonitorsParts) {
  const deps: MonitorsDeps = {
    ...parts,
    reportConditions: (report) => reportConditions(parts, report),
    endCondition: (condition_id, ending) => endCondition(parts, condition_id, ending),
  };
  const surfaces = {
    '/events': eventsApi(deps),
    '/instance-ha': instanceHaApi(masakari({ ...parts, ...deps })),
  };
  return byResource(surfaces, monitorsApi(deps));
}
