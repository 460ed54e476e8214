/** The routes of lists of alarms: `GET /v2/alarms`, and by conditions on any field. */
import * as z from 'zod';
import { ignored, type Route, route } from '../../adapters/http/route.ts';
import type { Alarm } from '../../domain/alarms/alarm.ts';
import { type AlarmScope, alarmSortKey } from '../../domain/alarms/alarm-index.ts';
import { requireAlarmRole } from '../../domain/alarms/alarm-owner.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { readAlarmList, scopeOf } from './alarm-list.ts';
import { queryScope, readAlarmQuery } from './alarm-query.ts';
import { alarmView } from './alarm-view.ts';
import type { AlarmDeps } from './deps.ts';
import { gathered, readingOf } from './gather.ts';
import { type ListRequest, unknownMarker } from './list-request.ts';
import { noArguments } from './no-arguments.ts';

async function shown(
  deps: AlarmDeps,
  list: ListRequest<Alarm>,
  scope: AlarmScope,
): Promise<unknown[]> {
  const last = await lastOf(deps, list, scope);
  const ordered = scope.name === undefined && scope.alarm_id === undefined;
  const pages = deps.alarmsOf(scope, readingOf(list, ordered, last && alarmSortKey(last)));
  return gathered(pages, { list, ordered, last, view: alarmView });
}

/**
 * The alarm that the marker names; undefined without a marker.
 * @throws DomainError `invalid` if there is none, or it is of another project.
 */
async function lastOf(
  deps: AlarmDeps,
  { after }: ListRequest<Alarm>,
  { project_id }: AlarmScope,
): Promise<Alarm | undefined> {
  if (after === undefined) return undefined;
  const last = await deps.alarm(after);
  if (!last || (project_id !== undefined && last.project_id !== project_id)) {
    throw unknownMarker(after);
  }
  return last;
}

const reader = (caller: Caller): void => requireAlarmRole(caller, 'reader');

/** The routes. */
export const listRoutes = (deps: AlarmDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v2/alarms',
    query: ignored,
    body: ignored,
    handle: async ({ caller, query }) => {
      reader(caller);
      const list = readAlarmList(query);
      return { status: 200, body: await shown(deps, list, scopeOf(list, caller)) };
    },
  }),
  route({
    method: 'POST',
    path: '/v2/query/alarms',
    query: noArguments,
    body: z.unknown(),
    handle: async ({ caller, body }) => {
      reader(caller);
      const query = readAlarmQuery(body);
      return { status: 200, body: await shown(deps, query, queryScope(query, caller)) };
    },
  }),
];
