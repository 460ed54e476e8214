/**
 * `os-simple-tenant-usage`: the lifetimes of servers, multiplied by the resources of their flavors. A
 * deleted server counts as long as its row is kept. Pages are of servers, newest first.
 * Source: nova `api/openstack/compute/simple_tenant_usage.py`.
 */
import { fitting } from '../../../adapters/http/answer-size.ts';
import { atLeast } from '../../../adapters/http/microversion.ts';
import { nextLink } from '../../../adapters/http/next-link.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import { requireRole } from '../../../domain/identity/access.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import { pageOfServers } from '../servers/server-list.ts';
import type { ServerPages } from '../servers/server-pages.ts';
import { newestFirst } from '../servers/server-sort.ts';
import { type UsageQuery, usageEras } from './tenant-usage-query.ts';
import { type Period, type Usage, usagesOf } from './tenant-usage-view.ts';

/** What the routes need. */
export type UsageDeps = ServerPages & { readonly now: () => string };

type Request = RouteRequest<unknown, UsageQuery>;

export function tenantUsageRoutes(deps: UsageDeps): Route[] {
  const path = '/v2.1/os-simple-tenant-usage';
  const shared = { method: 'GET', body: ignored } as const;
  return usageEras.flatMap(({ versions, list, show }) => [
    route({
      ...shared,
      path,
      versions,
      query: list,
      roles: ['admin'],
      handle: async (request) => {
        const { usages, links } = await page(deps, request, undefined);
        const { detailed } = request.args;
        const shown = detailed ? usages : usages.map(({ server_usages: _, ...sums }) => sums);
        return {
          status: 200,
          body: { tenant_usages: shown, ...(links && { tenant_usages_links: links }) },
        };
      },
    }),
    route({
      ...shared,
      path: `${path}/:project_id`,
      versions,
      query: show,
      handle: async (request) => {
        const { project_id = '' } = request.params;
        const own = request.caller.project_id === project_id;
        requireRole(request.caller, ...(own ? (['reader'] as const) : (['admin'] as const)));
        const { usages, links } = await page(deps, request, project_id);
        return {
          status: 200,
          body: { tenant_usage: usages[0] ?? {}, ...(links && { tenant_usage_links: links }) },
        };
      },
    }),
  ]);
}

/** The usage of a page of servers, and from 2.40 on a link to the next page, if there is one. */
async function page(deps: UsageDeps, request: Request, project_id: string | undefined) {
  const { limit, marker, start, end } = request.args;
  const now = deps.now();
  const period: Period = { start: start ?? now, stop: earlier(end ?? now, now) };
  const { servers, next: following } = await pageOfServers(deps, {
    project_id,
    deleted: 'any',
    order: newestFirst,
    limit,
    marker,
    names: [],
    tests: [
      (instance) => project_id === undefined || instance.project_id === project_id,
      isIn(period),
    ],
  });
  const instances = servers.map(({ instance }) => instance);
  const fit = fitting(instances);
  const next = fit.length < instances.length ? fit.at(-1)?.uuid : following;
  const paged = next !== undefined && atLeast(request.microversion, '2.40');
  const usages: readonly Usage[] = usagesOf(fit, period, now);
  return { usages, links: paged ? [{ rel: 'next', href: nextLink(request, next) }] : undefined };
}

const earlier = (a: string, b: string): string => (a < b ? a : b);

/**
 * Whether a server existed in a period. Source: nova `db/main/api.py`,
 * `instance_get_active_by_window_joined`.
 */
const isIn =
  ({ start, stop }: Period) =>
  ({ launched_at, terminated_at }: Instance): boolean =>
    launched_at !== null && launched_at < stop && (terminated_at === null || terminated_at > start);
