/** `/doctor/v1/faults`: the audit of faults. A tenant that missed a notification reads it here. */

import * as z from 'zod';
import { fitting } from '../../adapters/http/answer-size.ts';
import { nextLink } from '../../adapters/http/next-link.ts';
import { parsed } from '../../adapters/http/parsed.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import { DomainError, noSuch } from '../../domain/errors.ts';
import type { Affected } from '../../domain/hosts/affected.ts';
import type { Fault } from '../../domain/hosts/fault.ts';
import type { Host } from '../../domain/hosts/host.ts';
import { isAdmin, projectOf } from '../../domain/identity/access.ts';
import { inAnySpelling } from '../../flows/host-spelling.ts';
import { type FaultFilter, type FaultPages, pageOfFaults } from './fault-list.ts';
import { FaultQuery } from './fault-query.ts';
import { projectStories } from './fault-story.ts';
import { listedFault, tenantFault, wholeFault } from './fault-view.ts';

/** The dependencies of the routes. */
export type FaultDeps = FaultPages & {
  /** The resources that the faults affected, in all projects. */
  readonly affectedBy: (fault_ids: readonly string[]) => Promise<readonly Affected[]>;
  /** Whether Doctor runs beside a cloud, to which it applies faults. */
  readonly besideCloud: boolean;
  /**
   * Places of the notifications of a fault, in all projects or in one; not complete if there are more than
   * were read.
   */
  readonly firingsOfFault: (
    fault_id: string,
    project_id: string | undefined,
  ) => Promise<{ readonly places: readonly string[]; readonly complete: boolean }>;
  /** The host's row by any spelling of its name. */
  readonly host: (name: string) => Promise<Host | undefined>;
};

type FaultRequest = RouteRequest<unknown, unknown>;
type View = ReturnType<typeof listedFault | typeof tenantFault>;

/**
 * The filter that a caller may use. A tenant lists the faults of its project, and may not filter by
 * host or by another project.
 * @throws DomainError `forbidden`.
 */
function filterFor({ caller }: FaultRequest, filter: FaultFilter): FaultFilter {
  if (isAdmin(caller)) return filter;
  const own = projectOf(caller);
  if (filter.host !== undefined || (filter.project_id ?? own) !== own) {
    throw new DomainError(
      'forbidden',
      "Policy doesn't allow faults to be listed by these filters.",
    );
  }
  return { ...filter, project_id: own };
}

/** The faults as the caller may see them: a tenant sees only those that affected its project. */
async function shown(
  deps: FaultDeps,
  { caller }: FaultRequest,
  faults: readonly Fault[],
  view: typeof listedFault,
): Promise<View[]> {
  const ids = faults.map(({ fault_id }) => fault_id);
  const admin = isAdmin(caller);
  const affected = await (admin ? deps.affectedBy(ids) : deps.affectedIn(projectOf(caller), ids));
  const byFault = Map.groupBy(affected, ({ fault_id }) => fault_id);
  return faults.flatMap((fault): View[] => {
    const touched = byFault.get(fault.fault_id);
    if (admin) return [view(fault, touched ?? [], deps.besideCloud)];
    return touched ? [tenantFault(fault, touched)] : [];
  });
}

/** The routes. */
export const faultRoutes = (deps: FaultDeps): Route[] => [
  ...listRoutes(deps),
  ...storyRoutes(deps),
];

/** The fault in the path, as the caller may see it. @throws not_found if there is none for the caller. */
async function faultOf(
  deps: FaultDeps,
  request: FaultRequest & { readonly params: Readonly<Record<string, string>> },
  view: typeof listedFault,
): Promise<{ readonly id: string; readonly fault: View }> {
  const id = parsed(z.guid(), request.params.id, 'fault_id').toLowerCase();
  const [fault] = await shown(deps, request, await deps.faults([id]), view);
  if (!fault) throw noSuch('Fault', id);
  return { id, fault };
}

const listRoutes = (deps: FaultDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/faults',
    roles: ['reader'],
    query: FaultQuery,
    body: ignored,
    handle: async (request) => {
      const asked = filterFor(request, request.args);
      const { faults, full } = await inAnySpelling(
        deps,
        asked.host,
        (host) => pageOfFaults(deps, { ...asked, host }),
        (page) => page.faults.length === 0,
      );
      const views = await shown(deps, request, faults, listedFault);
      const page = fitting(views);
      const last = page.at(-1);
      const next = full || page.length < views.length ? last?.fault_id : undefined;
      return {
        status: 200,
        body: { faults: page, ...(next && { next: nextLink(request, next) }) },
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/faults/:id',
    roles: ['reader'],
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { fault } = await faultOf(deps, request, wholeFault);
      return { status: 200, body: { fault } };
    },
  }),
];

const storyRoutes = (deps: FaultDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/faults/:id/story',
    roles: ['reader'],
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { id, fault } = await faultOf(deps, request, listedFault);
      const own = isAdmin(request.caller) ? undefined : projectOf(request.caller);
      const [affected, { places, complete }] = await Promise.all([
        own === undefined ? deps.affectedBy([id]) : deps.affectedIn(own, [id]),
        deps.firingsOfFault(id, own),
      ]);
      const projects = projectStories(affected, places);
      return { status: 200, body: { story: { fault, projects, complete } } };
    },
  }),
];
