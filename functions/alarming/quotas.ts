/** The routes of quotas: how many alarms a project may have. docs/wire/alarming.md#quotas. */

import { ignored } from '../../adapters/http/readers.ts';
import { guardedRoute, type Route, route } from '../../adapters/http/route.ts';
import { mayHaveLimit, requireQuotaRole } from '../../domain/alarms/quota.ts';
import type { AlarmDeps } from './deps.ts';
import { single } from './list-request.ts';
import { forReaders, noArguments } from './query-readers.ts';
import { quotaProject, quotaView, readQuota } from './quota-input.ts';

const projectQuery = forReaders((query, caller) =>
  quotaProject(caller, single(query, 'project_id')),
);

/** The routes. */
export const quotaRoutes = (deps: AlarmDeps): Route[] => {
  const shown = async (project_id: string) =>
    quotaView(project_id, (await deps.limitOf(project_id)) ?? deps.projectQuota);
  return [
    route({
      method: 'GET',
      path: '/v2/quotas',
      query: projectQuery,
      body: ignored,
      handle: async ({ args: project_id }) => ({ status: 200, body: await shown(project_id) }),
    }),
    guardedRoute({
      method: 'POST',
      path: '/v2/quotas',
      query: noArguments,
      before: ({ caller }) => requireQuotaRole(caller),
      body: readQuota,
      handle: async ({ body: { project_id, limit } }) => {
        if (limit !== undefined) await deps.setLimit(project_id, limit);
        return { status: 201, body: await shown(project_id) };
      },
    }),
    route({
      method: 'DELETE',
      path: '/v2/quotas/:id',
      query: noArguments,
      body: ignored,
      handle: async ({ caller, params: { id = '' } }) => {
        requireQuotaRole(caller);
        if (mayHaveLimit(id)) await deps.clearLimit(id);
        return { status: 204 };
      },
    }),
  ];
};
