/** The server that a path names, as its caller may know of it. */
import * as z from 'zod';
import type { RouteRequest } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import { canSee, type Role, requireRole } from '../../../domain/identity/access.ts';
import type { SeenInstance } from '../../../flows/read-servers.ts';

export type OneServerDeps = {
  /** An instance with its host, settled; undefined if there is none or it was deleted. */
  readonly seen: (uuid: string) => Promise<SeenInstance | undefined>;
};

/** The server of `:id`. @throws not_found if there is none, or if it is another project's. */
export async function serverOf(
  deps: OneServerDeps,
  { params: { id = '' }, caller }: RouteRequest<unknown, unknown>,
): Promise<SeenInstance> {
  const seen = z.guid().safeParse(id).success ? await deps.seen(id.toLowerCase()) : undefined;
  if (!seen || !canSee(caller, seen.instance.project_id)) {
    throw new DomainError('not_found', `Instance ${id.slice(0, 255)} could not be found.`);
  }
  return seen;
}

/** The same for somebody who wants to change it: the lookup comes before the policy, as in Nova. */
export async function serverFor(
  role: Role,
  deps: OneServerDeps,
  request: RouteRequest<unknown, unknown>,
): Promise<SeenInstance> {
  const seen = await serverOf(deps, request);
  requireRole(request.caller, role);
  return seen;
}
