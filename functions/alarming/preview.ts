/**
 * `POST /doctor/v1/alarm-preview`: which events of the last hours a new alarm would have matched.
 * It writes nothing.
 */
import * as z from 'zod';
import { once } from '../../adapters/http/query-fields.ts';
import { guardedRoute, type Route } from '../../adapters/http/route.ts';
import { createdAlarm } from '../../domain/alarms/alarm-change.ts';
import { requireAlarmRole } from '../../domain/alarms/alarm-owner.ts';
import { isPeriodic } from '../../domain/alarms/periodic-alarm.ts';
import { DomainError } from '../../domain/errors.ts';
import { keptHours } from '../../domain/events/recent-event.ts';
import { type PreviewAlarmDeps, previewAlarm } from '../../flows/preview-alarm.ts';
import { alarmReader } from './alarm-input.ts';
import { type AlarmDeps, contextOf } from './deps.ts';

/** The dependencies of the route. */
export type PreviewDeps = AlarmDeps & PreviewAlarmDeps;

const mostEvents = 100;
const usualEvents = 20;

const numberUpTo = (most: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,2}$/, `Must be a number from 1 to ${most}.`)
    .transform(Number)
    .refine((given) => given <= most, `Must be at most ${most}.`);

/** The query; an unknown key is refused. */
export const PreviewQuery = z.strictObject({
  hours: once(numberUpTo(keptHours)),
  limit: once(numberUpTo(mostEvents)),
});

/** The route. The body is that of `POST /alarming/v2/alarms`, by the same parser and with the same checks. */
export const previewRoutes = (deps: PreviewDeps): Route[] => [
  guardedRoute({
    method: 'POST',
    path: '/v1/alarm-preview',
    query: PreviewQuery,
    before: ({ caller }) => requireAlarmRole(caller, 'reader'),
    body: alarmReader(deps.mostListed),
    handle: async (request) => {
      const { hours = keptHours, limit = usualEvents } = request.args;
      const { alarm } = createdAlarm(request.body, contextOf(deps, request));
      if (isPeriodic(alarm)) {
        throw new DomainError('invalid', `type: An alarm of type ${alarm.type} matches no events.`);
      }
      return { status: 200, body: await previewAlarm(deps, alarm, { hours, limit }) };
    },
  }),
];
