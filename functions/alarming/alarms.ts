/** Alarms one at a time: file, show, replace, delete. Contract alarm.md section 1. */
import * as z from 'zod';
import { ignored, type Route, route } from '../../adapters/http/route.ts';
import { createdAlarm, deletionOf, replacedAlarm } from '../../domain/alarms/alarm-change.ts';
import { requireAlarmRole } from '../../domain/alarms/alarm-owner.ts';
import { overQuota } from '../../domain/alarms/quota.ts';
import { untilWritten } from '../../flows/retry.ts';
import { readAlarm } from './alarm-input.ts';
import { alarmView } from './alarm-view.ts';
import { type AlarmDeps, alarmOf, contextOf } from './deps.ts';
import { noArguments } from './no-arguments.ts';

export const alarmRoutes = (deps: AlarmDeps): Route[] => [
  route({
    method: 'POST',
    path: '/v2/alarms',
    query: noArguments,
    body: z.unknown(),
    handle: async (request) => {
      requireAlarmRole(request.caller, 'member');
      const { alarm, change } = createdAlarm(readAlarm(request.body), contextOf(deps, request));
      await untilWritten(async () => {
        const outcome = await deps.create(alarm, change);
        if (outcome === 'over quota') throw overQuota(alarm);
        return outcome === 'filed' || undefined;
      });
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
      const shown = await untilWritten(async () => {
        const stored = await alarmOf(deps, request, 'member');
        const input = readAlarm(request.body, stored);
        const changed = replacedAlarm(stored, input, contextOf(deps, request));
        if (!changed) return stored;
        const { alarm, change } = changed;
        return (await deps.replace(stored, alarm, change)) ? alarm : undefined;
      });
      return { status: 200, body: alarmView(shown) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v2/alarms/:id',
    query: noArguments,
    body: ignored,
    handle: async (request) => {
      await untilWritten(async () => {
        const stored = await alarmOf(deps, request, 'member');
        const change = deletionOf(stored, contextOf(deps, request));
        return (await deps.remove(stored, change)) || undefined;
      });
      return { status: 204 };
    },
  }),
];
