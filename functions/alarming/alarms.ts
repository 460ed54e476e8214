/** The routes of one alarm: create, show, replace, delete. Source: docs/wire/alarming.md#routes. */
import * as z from 'zod';
import { ignored, type Route, route } from '../../adapters/http/route.ts';
import { createdAlarm, deletionOf, replacedAlarm } from '../../domain/alarms/alarm-change.ts';
import { requireAlarmRole, visibleAlarm } from '../../domain/alarms/alarm-owner.ts';
import { changeAlarm, createAlarm, deleteAlarm } from '../../flows/change-alarm.ts';
import { readAlarm } from './alarm-input.ts';
import { alarmView } from './alarm-view.ts';
import { type AlarmDeps, alarmIdOf, alarmOf, contextOf } from './deps.ts';
import { noArguments } from './no-arguments.ts';

/** The routes. */
export const alarmRoutes = (deps: AlarmDeps): Route[] => [
  route({
    method: 'POST',
    path: '/v2/alarms',
    query: noArguments,
    body: z.unknown(),
    handle: async (request) => {
      requireAlarmRole(request.caller, 'member');
      const created = createdAlarm(readAlarm(request.body), contextOf(deps, request));
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
  route({
    method: 'PUT',
    path: '/v2/alarms/:id',
    query: noArguments,
    body: z.unknown(),
    handle: async (request) => {
      const id = alarmIdOf(request, 'member');
      const alarm = await changeAlarm(deps, id, (found) => {
        const stored = visibleAlarm(request.caller, id, found);
        return replacedAlarm(stored, readAlarm(request.body, stored), contextOf(deps, request));
      });
      return { status: 200, body: alarmView(alarm) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v2/alarms/:id',
    query: noArguments,
    body: ignored,
    handle: async (request) => {
      const id = alarmIdOf(request, 'member');
      await deleteAlarm(deps, id, (found) =>
        deletionOf(visibleAlarm(request.caller, id, found), contextOf(deps, request)),
      );
      return { status: 204 };
    },
  }),
];
