/** The routes of the history: of one existing alarm; and by conditions, of deleted alarms too. */

import { ignored } from '../../adapters/http/readers.ts';
import { guardedRoute, type Route, route } from '../../adapters/http/route.ts';
import type { AlarmChange } from '../../domain/alarms/alarm-history.ts';
import type { HistoryScope } from '../../domain/alarms/alarm-index.ts';
import { requireAlarmRole } from '../../domain/alarms/alarm-owner.ts';
import { sortKeyOf } from '../../domain/alarms/history-shards.ts';
import { isAdmin, projectOf } from '../../domain/identity/access.ts';
import { changeView } from './alarm-view.ts';
import { type AlarmDeps, alarmOf } from './deps.ts';
import { gatheredItems, readingOf } from './gather.ts';
import { historyScope, readHistoryList, readHistoryQuery } from './history-list.ts';
import { type ListRequest, unknownMarker } from './list-request.ts';
import { noArguments } from './query-readers.ts';

const shown = (
  deps: AlarmDeps,
  list: ListRequest<AlarmChange>,
  scope: HistoryScope,
  last?: AlarmChange,
): Promise<unknown[]> =>
  gatheredItems(deps.changesOf(scope, readingOf(list, true, last && sortKeyOf(last))), {
    list,
    ordered: true,
    last,
    view: changeView,
  });

/** The record that the marker names; undefined without a marker. @throws DomainError `invalid`. */
async function lastOf(
  deps: AlarmDeps,
  { after }: ListRequest<AlarmChange>,
  { alarm_id = '', on_behalf_of }: HistoryScope,
): Promise<AlarmChange | undefined> {
  if (after === undefined) return undefined;
  const last = after.length > 255 ? undefined : await deps.change(alarm_id, after);
  const hidden = on_behalf_of !== undefined && last?.on_behalf_of !== on_behalf_of;
  if (!last || hidden) throw unknownMarker(after);
  return last;
}

/** The routes. */
export const historyRoutes = (deps: AlarmDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v2/alarms/:id/history',
    query: readHistoryList,
    body: ignored,
    handle: async (request) => {
      const { span, ...list } = request.args;
      const { alarm_id } = await alarmOf(deps, request, 'reader');
      const { caller } = request;
      const own = isAdmin(caller) ? {} : { on_behalf_of: projectOf(caller) };
      const scope = { alarm_id, ...own, ...span };
      const last = await lastOf(deps, list, scope);
      return { status: 200, body: await shown(deps, list, scope, last) };
    },
  }),
  guardedRoute({
    method: 'POST',
    path: '/v2/query/alarms/history',
    query: noArguments,
    before: ({ caller }) => requireAlarmRole(caller, 'reader'),
    body: readHistoryQuery,
    handle: async ({ caller, body: list }) => ({
      status: 200,
      body: await shown(deps, list, historyScope(list, caller)),
    }),
  }),
];
