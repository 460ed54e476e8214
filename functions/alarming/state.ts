/**
 * The routes of an alarm's state: read it, or set it, which calls no action. Both answer a JSON
 * string.
 */
import * as z from 'zod';
import { ignored, type Route, route } from '../../adapters/http/route.ts';
import { AlarmState } from '../../domain/alarms/alarm.ts';
import { alarmInState } from '../../domain/alarms/alarm-change.ts';
import { visibleAlarm } from '../../domain/alarms/alarm-owner.ts';
import { DomainError } from '../../domain/errors.ts';
import { changeAlarm } from '../../flows/change-alarm.ts';
import { type AlarmDeps, alarmIdOf, alarmOf, contextOf } from './deps.ts';
import { noArguments } from './no-arguments.ts';

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
  route({
    method: 'PUT',
    path,
    query: noArguments,
    body: z.unknown(),
    handle: async (request) => {
      const id = alarmIdOf(request, 'member');
      const { state } = await changeAlarm(deps, id, (found) => {
        const stored = visibleAlarm(request.caller, id, found);
        return alarmInState(stored, readState(request.body), contextOf(deps, request));
      });
      return { status: 200, body: state };
    },
  }),
];
