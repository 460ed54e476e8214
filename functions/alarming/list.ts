/** The routes of lists of alarms: `GET /v2/alarms`, and by conditions on any field. */

import { ignored } from '../../adapters/http/readers.ts';
import { guardedRoute, type Route, route } from '../../adapters/http/route.ts';
import { type AlarmScope, alarmSortKey } from '../../domain/alarms/alarm-index.ts';
import { requireAlarmRole } from '../../domain/alarms/alarm-owner.ts';
import type { AnyAlarm } from '../../domain/alarms/periodic-alarm.ts';
import { readAlarmList, scopeOf } from './alarm-list.ts';
import { queryScope, readAlarmQuery } from './alarm-query.ts';
import { alarmView } from './alarm-view.ts';
import type { AlarmDeps } from './deps.ts';
import { gatheredItems, readingOf } from './gather.ts';
import { type ListRequest, unknownMarker } from './list-request.ts';
import { forReaders, noArguments } from './query-readers.ts';

async function shown(
  deps: AlarmDeps,
  list: ListRequest<AnyAlarm>,
  scope: AlarmScope,
): Promise<unknown[]> {
  const last = await lastOf(deps, list, scope);
  const ordered = scope.name === undefined && scope.alarm_id === undefined;
  const pages = deps.alarmsOf(scope, readingOf(list, ordered, last && alarmSortKey(last)));
  return gatheredItems(pages, { list, ordered, last, view: alarmView });
}

/**
 * The alarm that the marker names; undefined without a marker.
 * @throws DomainError `invalid` if there is none, or it is of another project.
 */
async function lastOf(
  deps: AlarmDeps,
  { after }: ListRequest<AnyAlarm>,
  { project_id }: AlarmScope,
): Promise<AnyAlarm | undefined> {
  if (after === undefined) return undefined;
  const last = await deps.alarm(after);
  if (!last || (project_id !== undefined && last.project_id !== project_id)) {
    throw unknownMarker(after);
  }
  return last;
}

const listQuery = forReaders(readAlarmList);

/** The routes. */
export const listRoutes = (deps: AlarmDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v2/alarms',
    query: listQuery,
    body: ignored,
    handle: async ({ caller, args: list }) => ({
      status: 200,
      body: await shown(deps, list, scopeOf(list, caller)),
    }),
  }),
  guardedRoute({
    method: 'POST',
    path: '/v2/query/alarms',
    query: noArguments,
    before: ({ caller }) => requireAlarmRole(caller, 'reader'),
    body: readAlarmQuery,
    handle: async ({ caller, body: list }) => ({
      status: 200,
      body: await shown(deps, list, queryScope(list, caller)),
    }),
  }),
];
