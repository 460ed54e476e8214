/** The routes of quotas: how many alarms a project may have. docs/wire/alarming.md#quotas. */
import * as z from 'zod';
import { ignored, type Route, route } from '../../adapters/http/route.ts';
import { requireAlarmRole } from '../../domain/alarms/alarm-owner.ts';
import { mayHaveLimit, requireQuotaRole } from '../../domain/alarms/quota.ts';
import type { AlarmDeps } from './deps.ts';
import { single } from './list-request.ts';
import { noArguments } from './no-arguments.ts';
import { quotaProject, quotaView, readQuota } from './quota-input.ts';

/** The routes. */
export const quotaRoutes = (deps: AlarmDeps): Route[] => {
  const shown = async (project_id: string) =>
    quotaView(project_id, (await deps.limitOf(project_id)) ?? deps.projectQuota);
  return [
    route({
      method: 'GET',
      path: '/v2/quotas',
      query: ignored,
      body: ignored,
      handle: async ({ caller, query }) => {
        requireAlarmRole(caller, 'reader');
        const project_id = quotaProject(caller, single(query, 'project_id'));
        return { status: 200, body: await shown(project_id) };
      },
    }),
    route({
      method: 'POST',
      path: '/v2/quotas',
      query: noArguments,
      body: z.unknown(),
      handle: async ({ caller, body }) => {
        requireQuotaRole(caller);
        const { project_id, limit } = readQuota(body);
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
