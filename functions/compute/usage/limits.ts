/**
 * `limits`: the quotas of a project, and its use of them. Only metadata is limited, because Doctor boots
 * nothing.
 * Source: nova `api/openstack/compute/limits.py`.
 */
import { atLeast, type Microversion } from '../../../adapters/http/microversion.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import { projectOf, requireRole } from '../../../domain/identity/access.ts';
import { mostItems } from '../../../domain/servers/server-metadata.ts';
import { maxPage, queriesOf } from '../nova-types.ts';
import { pageOfServers } from '../servers/server-list.ts';
import type { ServerPages } from '../servers/server-pages.ts';
import { newestFirst } from '../servers/server-sort.ts';

const unlimited = -1;

type Used = { readonly instances: number; readonly cores: number; readonly ram: number };

export const limitRoutes = (deps: ServerPages): Route[] =>
  queriesOf('tenant_id').map((era) =>
    route({
      method: 'GET',
      path: '/v2.1/limits',
      ...era,
      body: ignored,
      handle: async (request) => {
        const used = await usedBy(deps, projectOfRequest(request));
        const absolute = absoluteLimits(used, request.microversion);
        return { status: 200, body: { limits: { rate: [], absolute } } };
      },
    }),
  );

/**
 * The project of the request: the caller's, or the one in the query.
 * @throws forbidden if a caller who is not an administrator names a project.
 */
function projectOfRequest({
  caller,
  args: { tenant_id },
}: RouteRequest<unknown, { tenant_id?: string }>): string {
  if (tenant_id === undefined) return projectOf(caller);
  requireRole(caller, 'admin');
  return tenant_id;
}

/** Sums of all servers of a project that are not deleted. */
async function usedBy(deps: ServerPages, project_id: string): Promise<Used> {
  let used: Used = { instances: 0, cores: 0, ram: 0 };
  let marker: string | undefined;
  do {
    const page = await pageOfServers(deps, {
      project_id,
      deleted: 'no',
      order: newestFirst,
      limit: maxPage,
      marker,
      tests: [(instance) => instance.project_id === project_id],
      names: [],
    });
    for (const { instance } of page.servers) {
      const { vcpus, ram } = instance.flavor;
      used = { instances: used.instances + 1, cores: used.cores + vcpus, ram: used.ram + ram };
    }
    marker = page.next;
  } while (marker !== undefined);
  return used;
}

function absoluteLimits({ instances, cores, ram }: Used, microversion: Microversion) {
  const until = (version: string, fields: object) => (atLeast(microversion, version) ? {} : fields);
  return {
    maxTotalInstances: unlimited,
    totalInstancesUsed: instances,
    maxTotalCores: unlimited,
    totalCoresUsed: cores,
    maxTotalRAMSize: unlimited,
    totalRAMUsed: ram,
    maxServerMeta: mostItems,
    maxTotalKeypairs: unlimited,
    maxServerGroups: unlimited,
    maxServerGroupMembers: unlimited,
    totalServerGroupsUsed: 0,
    ...until('2.36', {
      maxSecurityGroups: unlimited,
      maxSecurityGroupRules: unlimited,
      totalSecurityGroupsUsed: 0,
      maxTotalFloatingIps: unlimited,
      totalFloatingIpsUsed: 0,
    }),
    ...until('2.39', { maxImageMeta: mostItems }),
    ...until('2.57', { maxPersonality: unlimited, maxPersonalitySize: unlimited }),
  };
}
