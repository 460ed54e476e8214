/**
 * The part of a requested list that the caller may see: the caller's project, or all projects if an
 * administrator requests them.
 * Source: nova `api/openstack/compute/servers.py`, `_get_servers`.
 */
import { atLeast, type Microversion } from '../../../adapters/http/microversion.ts';
import type { RouteRequest } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import { isAdmin, projectOf, requireRole } from '../../../domain/identity/access.ts';
import { VmState } from '../../../domain/servers/instance.ts';
import { serverStatus, vmStatesOf } from '../../../domain/servers/server-status.ts';
import type { ServerTest } from './server-filter.ts';
import type { ServerFilter } from './server-pages.ts';
import type { ServerQuery } from './server-query.ts';

/**
 * The filters that a tenant may use, by the microversion that added them. Other filters are
 * ignored.
 */
const tenantFilters: Readonly<Record<string, readonly string[]>> = {
  '2.1': ['reservation_id', 'name', 'image', 'flavor', 'ip', 'changes-since'],
  '2.5': ['ip6'],
  '2.26': ['tags', 'tags-any', 'not-tags', 'not-tags-any'],
  '2.66': ['changes-before'],
  '2.73': ['locked'],
  '2.83': [
    ...['availability_zone', 'config_drive', 'key_name', 'created_at', 'launched_at'],
    ...['terminated_at', 'power_state', 'task_state', 'vm_state', 'progress', 'user_id'],
  ],
  '2.90': ['hostname'],
};

type Request = RouteRequest<unknown, unknown>;

/**
 * The filter of the list for this caller.
 * @throws invalid for a filter that Nova refuses; forbidden for one that the caller may not use.
 */
export function filterFor(request: Request, query: ServerQuery): ServerFilter {
  const { caller, microversion } = request;
  const [inner] = query.inner;
  if (inner !== undefined && isAdmin(caller)) {
    throw new DomainError('invalid', `Invalid filter field: ${inner.slice(0, 100)}.`);
  }
  if (query.all_tenants) requireRole(caller, 'admin');
  if (query.sortedBy.some((key) => key === 'host' || key === 'node')) requireRole(caller, 'admin');
  checkStatuses(query.statuses, request);
  const page = pageFor(query);
  return isAdmin(caller)
    ? adminFilter(query, page, query.all_tenants ? undefined : projectOf(caller))
    : tenantFilter(query, page, { microversion, project_id: projectOf(caller) });
}

/**
 * @throws invalid from 2.38 on if no requested status is a valid server status; forbidden if a caller who is
 * not an administrator requests deleted servers.
 */
function checkStatuses(asked: readonly string[], { caller, microversion }: Request): void {
  const unknown = asked.length > 0 && vmStatesOf(asked).length === 0;
  if (unknown && atLeast(microversion, '2.38')) {
    throw new DomainError('invalid', `Invalid status value: ${asked[0]?.slice(0, 100)}.`);
  }
  if (asked.includes('DELETED')) requireRole(caller, 'admin');
}

type CommonFilter = Pick<
  ServerFilter,
  'order' | 'limit' | 'marker' | 'since' | 'before' | 'vm_states'
> & {
  readonly tests: readonly ServerTest[];
};

/** The part of the filter that every caller may use. */
function pageFor({ order, limit, marker, since, before, statuses }: ServerQuery): CommonFilter {
  const any = { order, limit, marker, since, before };
  if (statuses.length === 0) return { ...any, tests: [] };
  return {
    ...any,
    vm_states: vmStatesOf(statuses),
    tests: [(instance) => statuses.includes(serverStatus(instance))],
  };
}

const ofProject =
  (project_id: string): ServerTest =>
  (instance) =>
    instance.project_id === project_id;

/**
 * All filters. `tenant_id` and `project_id` without `all_tenants` are ignored, as in Nova.
 * @param own the caller's project; undefined for all projects.
 */
function adminFilter(
  query: ServerQuery,
  page: CommonFilter,
  own: string | undefined,
): ServerFilter {
  const { host, uuid, vm_state, statuses, since } = query;
  const project_id = own ?? query.project_id ?? query.tenant_id;
  const tests = [...query.tests].flatMap(([key, test]) =>
    own !== undefined && (key === 'project_id' || key === 'tenant_id') ? [] : [test],
  );
  const state = vm_state === undefined ? undefined : VmState.safeParse(vm_state).data;
  const onlyDeleted = state === 'deleted' || (statuses.length > 0 && statuses.every(isDeleted));
  const deleted = onlyDeleted || query.deleted ? 'only' : 'no';
  return {
    ...page,
    project_id,
    host,
    uuid,
    vm_states: page.vm_states ?? (vm_state === undefined ? undefined : state ? [state] : []),
    deleted: since !== undefined && query.deleted === undefined && !onlyDeleted ? 'any' : deleted,
    tests: [...page.tests, ...tests, ...(own === undefined ? [] : [ofProject(own)])],
    names: [...query.names.values()],
  };
}

const isDeleted = (status: string): boolean => status === 'DELETED';

/** Only the filters of tenants: others, such as those that name hosts, are ignored. */
function tenantFilter(
  { tests, names, since }: ServerQuery,
  page: CommonFilter,
  { microversion, project_id }: { microversion: Microversion; project_id: string },
): ServerFilter {
  const allowed = new Set(
    Object.entries(tenantFilters).flatMap(([from, keys]) =>
      atLeast(microversion, from) ? keys : [],
    ),
  );
  const own = [...tests].flatMap(([key, test]) => (allowed.has(key) ? [test] : []));
  const ownNames = [...names].flatMap(([key, test]) => (allowed.has(key) ? [test] : []));
  return {
    ...page,
    project_id,
    deleted: since === undefined ? 'no' : 'any',
    tests: [...page.tests, ...own, ofProject(project_id)],
    names: ownNames,
  };
}
