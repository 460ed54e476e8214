/**
 * What a caller may list of what they ask for: the own project unless an administrator asks for all.
 * Source: nova `api/openstack/compute/servers.py`, `_get_servers`.
 */
import { atLeast, type Microversion } from '../../../adapters/http/microversion.ts';
import type { RouteRequest } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import { isAdmin, projectOf, requireRole } from '../../../domain/identity/access.ts';
import { VmState } from '../../../domain/servers/instance.ts';
import { serverStatus, vmStatesOf } from '../../../domain/servers/server-status.ts';
import type { ServerTest } from './server-filter.ts';
import type { ServerFilter } from './server-list.ts';
import type { ServerQuery } from './server-query.ts';

/** The filters that a tenant may use, by the microversion that they came with; others are dropped. */
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
 * What the list is made of.
 * @throws invalid for what cannot be listed by, forbidden for what the caller may not list by.
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

/** Statuses of which none is one are refused from 2.38 on; deleted servers are an administrator's. */
function checkStatuses(asked: readonly string[], { caller, microversion }: Request): void {
  const unknown = asked.length > 0 && vmStatesOf(asked).length === 0;
  if (unknown && atLeast(microversion, '2.38')) {
    throw new DomainError('invalid', `Invalid status value: ${asked[0]?.slice(0, 100)}.`);
  }
  if (asked.includes('DELETED')) requireRole(caller, 'admin');
}

type Page = Pick<ServerFilter, 'order' | 'limit' | 'marker' | 'since' | 'before' | 'vm_states'> & {
  readonly tests: readonly ServerTest[];
};

/** What anybody may ask for. */
function pageFor({ order, limit, marker, since, before, statuses }: ServerQuery): Page {
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

/** All filters; `tenant_id` without `all_tenants` is nothing, as in Nova. */
function adminFilter(query: ServerQuery, page: Page, own: string | undefined): ServerFilter {
  const { host, uuid, vm_state, statuses, since } = query;
  const project_id = own ?? query.project_id ?? query.tenant_id;
  const tests = [...query.tests].flatMap(([key, test]) =>
    own !== undefined && (key === 'project_id' || key === 'tenant_id') ? [] : [test],
  );
  const state = vm_state === undefined ? undefined : VmState.safeParse(vm_state).data;
  const onlyGone = state === 'deleted' || (statuses.length > 0 && statuses.every(isDeleted));
  const deleted = onlyGone || query.deleted ? 'only' : 'no';
  return {
    ...page,
    ...{ project_id, host, uuid },
    vm_states: page.vm_states ?? (vm_state === undefined ? undefined : state ? [state] : []),
    deleted: since !== undefined && query.deleted === undefined && !onlyGone ? 'any' : deleted,
    tests: [...page.tests, ...tests, ...(own === undefined ? [] : [ofProject(own)])],
  };
}

const isDeleted = (status: string): boolean => status === 'DELETED';

/** Filters that name infrastructure, or that Nova keeps from tenants, are dropped. */
function tenantFilter(
  { tests, since }: ServerQuery,
  page: Page,
  { microversion, project_id }: { microversion: Microversion; project_id: string },
): ServerFilter {
  const allowed = new Set(
    Object.entries(tenantFilters).flatMap(([from, keys]) =>
      atLeast(microversion, from) ? keys : [],
    ),
  );
  const own = [...tests].flatMap(([key, test]) => (allowed.has(key) ? [test] : []));
  return {
    ...page,
    project_id,
    deleted: since === undefined ? 'no' : 'any',
    tests: [...page.tests, ...own, ofProject(project_id)],
  };
}
