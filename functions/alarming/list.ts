/** Lists of alarms: `GET /v2/alarms`, and the query that clients find an alarm's name with. */
import * as z from 'zod';
import { answerBytes, mostAnswerBytes } from '../../adapters/http/answer-size.ts';
import { ignored, type Route, route } from '../../adapters/http/route.ts';
import type { Alarm } from '../../domain/alarm.ts';
import { type ListRequest, listed, readListRequest, scopeOf } from '../../domain/alarm-list.ts';
import { requireAlarmRole } from '../../domain/alarm-owner.ts';
import { queryScope, readQueryRequest } from '../../domain/alarm-query.ts';
import { alarmView } from '../../domain/alarm-view.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AlarmDeps } from './deps.ts';
import { noArguments } from './no-arguments.ts';

/** The alarms that a list shows. Throws `too_large` rather than leave some out unsaid. */
function shown(alarms: readonly Alarm[], request: ListRequest): unknown[] {
  const views = listed(alarms, request).map(alarmView);
  if (answerBytes(views) > mostAnswerBytes) {
    throw new DomainError(
      'too_large',
      'The list is too large for one answer: ask for it in parts, with limit and marker.',
    );
  }
  return views;
}

export const listRoutes = (deps: AlarmDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v2/alarms',
    query: ignored,
    body: ignored,
    handle: async ({ caller, query }) => {
      requireAlarmRole(caller, 'reader');
      const request = readListRequest(query);
      const alarms = await deps.alarmsOf(scopeOf(request, caller));
      return { status: 200, body: shown(alarms, request) };
    },
  }),
  route({
    method: 'POST',
    path: '/v2/query/alarms',
    query: noArguments,
    body: z.unknown(),
    handle: async ({ caller, body }) => {
      requireAlarmRole(caller, 'reader');
      const request = readQueryRequest(body);
      const alarms = await deps.alarmsOf(queryScope(request, caller));
      return { status: 200, body: shown(alarms, request) };
    },
  }),
];
