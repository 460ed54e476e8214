/** The routes of one alarm: create, show, replace, delete. Source: docs/wire/alarming.md#routes. */

import { ignored } from '../../adapters/http/readers.ts';
import { guardedRoute, type Route, route } from '../../adapters/http/route.ts';
import {
  type ChangedAlarm,
  createdAlarm,
  deletionOf,
  replacedAlarm,
} from '../../domain/alarms/alarm-change.ts';
import { ownerAfter, requireAlarmRole, visibleAlarm } from '../../domain/alarms/alarm-owner.ts';
import {
  changeAlarm,
  createAlarm,
  type DecideAlarm,
  deleteAlarm,
} from '../../flows/change-alarm.ts';
import { alarmReader } from './alarm-input.ts';
import { alarmView } from './alarm-view.ts';
import { requireParts } from './composite-parts.ts';
import { type AlarmDeps, alarmOf, contextOf } from './deps.ts';
import { noArguments } from './query-readers.ts';

/** The routes. */
export const alarmRoutes = (deps: AlarmDeps): Route[] => [
  guardedRoute({
    method: 'POST',
    path: '/v2/alarms',
    query: noArguments,
    before: ({ caller }) => requireAlarmRole(caller, 'member'),
    body: alarmReader(deps.mostListed),
    handle: async (request) => {
      const created = createdAlarm(request.body, contextOf(deps, request));
      await requireParts(deps, request.body, { project_id: created.alarm.project_id });
      const alarm = await createAlarm(deps, created);
      return {
        status: 201,
        headers: { Location: `${request.base}/v2/alarms/${alarm.alarm_id}` },
        body: alarmView(alarm),
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v2/alarms/:id',
    query: noArguments,
    body: ignored,
    handle: async (request) => ({
      status: 200,
      body: alarmView(await alarmOf(deps, request, 'reader')),
    }),
  }),
  guardedRoute({
    method: 'PUT',
    path: '/v2/alarms/:id',
    query: noArguments,
    before: (request) => alarmOf(deps, request, 'member'),
    body: alarmReader(deps.mostListed),
    handle: async ({ caller, before, body }) => {
      const id = before.alarm_id;
      const { project_id } = ownerAfter(before, caller, body);
      await requireParts(deps, body, { project_id, before });
      const replaced: DecideAlarm<ChangedAlarm | undefined> = (found) =>
        replacedAlarm(visibleAlarm(caller, id, found), body, contextOf(deps, { caller }));
      const alarm = await changeAlarm(deps, id, replaced, before);
      return { status: 200, body: alarmView(alarm) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v2/alarms/:id',
    query: noArguments,
    body: ignored,
    handle: async (request) => {
      const { caller, params } = request;
      requireAlarmRole(caller, 'member');
      const { id = '' } = params;
      await deleteAlarm(deps, id, (found) =>
        deletionOf(visibleAlarm(caller, id, found), contextOf(deps, request)),
      );
      return { status: 204 };
    },
  }),
];
