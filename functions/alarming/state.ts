/**
 * The routes of an alarm's state: read it, or set it, which calls no action. Both answer a JSON
 * string.
 */

import { ignored } from '../../adapters/http/readers.ts';
import { guardedRoute, type Route, route } from '../../adapters/http/route.ts';
import { AlarmState } from '../../domain/alarms/alarm.ts';
import { alarmInState, type ChangedAlarm } from '../../domain/alarms/alarm-change.ts';
import { visibleAlarm } from '../../domain/alarms/alarm-owner.ts';
import { DomainError } from '../../domain/errors.ts';
import { changeAlarm, type DecideAlarm } from '../../flows/change-alarm.ts';
import { type AlarmDeps, alarmOf, contextOf } from './deps.ts';
import { noArguments } from './query-readers.ts';

const path = '/v2/alarms/:id/state';

/** The state in a body. @throws DomainError `invalid`, in Aodh's words. */
function readState(body: unknown): AlarmState {
  if (body === undefined) throw new DomainError('invalid', 'Missing argument: "state"');
  const state = AlarmState.safeParse(body);
  if (!state.success) throw new DomainError('invalid', 'state invalid');
  return state.data;
}

/** The routes. */
export const stateRoutes = (deps: AlarmDeps): Route[] => [
  route({
    method: 'GET',
    path,
    query: noArguments,
    body: ignored,
    handle: async (request) => ({
      status: 200,
      body: (await alarmOf(deps, request, 'reader')).state,
    }),
  }),
  guardedRoute({
    method: 'PUT',
    path,
    query: noArguments,
    before: (request) => alarmOf(deps, request, 'member'),
    body: readState,
    handle: async ({ caller, before, body }) => {
      const id = before.alarm_id;
      const inState: DecideAlarm<ChangedAlarm | undefined> = (found) =>
        alarmInState(visibleAlarm(caller, id, found), body, contextOf(deps, { caller }));
      const { state } = await changeAlarm(deps, id, inState, before);
      return { status: 200, body: state };
    },
  }),
];
