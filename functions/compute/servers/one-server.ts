/** The server in the path of a request, if its caller may see it. */
import * as z from 'zod';
import type { RouteRequest } from '../../../adapters/http/route.ts';
import { noSuch } from '../../../domain/errors.ts';
import { canSee, type Role, requireRole } from '../../../domain/identity/access.ts';
import type { SeenInstance } from '../../../flows/read-servers.ts';

export type OneServerDeps = {
  /** An instance, settled, with its host; undefined if there is none or it was deleted. */
  readonly seen: (uuid: string) => Promise<SeenInstance | undefined>;
};

/**
 * The server of `:id`. @throws not_found if there is none, or if the caller may not see its
 * project.
 */
export async function serverOf(
  deps: OneServerDeps,
  { params: { id = '' }, caller }: RouteRequest<unknown, unknown>,
): Promise<SeenInstance> {
  const seen = z.guid().safeParse(id).success ? await deps.seen(id.toLowerCase()) : undefined;
  if (!seen || !canSee(caller, seen.instance.project_id)) {
    throw noSuch('Instance', id);
  }
  return seen;
}

/**
 * The server of `:id`, for a caller with a role. Looks up the server before it checks the role, as in Nova.
 * @throws not_found as above; forbidden if the caller does not have the role.
 */
export async function serverFor(
  role: Role,
  deps: OneServerDeps,
  request: RouteRequest<unknown, unknown>,
): Promise<SeenInstance> {
  const seen = await serverOf(deps, request);
  requireRole(request.caller, role);
  return seen;
}
