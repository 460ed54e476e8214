/** `DELETE /servers/{id}`: deletes the record of a server. Its row stays as a tombstone. */
import { actorOf } from '../../../adapters/http/actor.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import { requireUnlocked } from '../../../domain/servers/lock.ts';
import type { ReportOrigin } from '../../../flows/registration.ts';
import { type OneServerDeps, serverFor } from './one-server.ts';

export type ServerDeletionDeps = OneServerDeps & {
  /** Deletes an instance, unless `allow` throws for its row. */
  readonly deleteInstance: (
    uuid: string,
    origin: ReportOrigin & { readonly allow: (instance: Instance) => void },
  ) => Promise<unknown>;
  readonly now: () => string;
};

/**
 * Deletes a server in any state. @throws conflict if it is locked and the caller is not an
 * administrator.
 */
export const deleteServer = (
  deps: ServerDeletionDeps,
  uuid: string,
  request: RouteRequest<unknown, unknown>,
): Promise<unknown> =>
  deps.deleteInstance(uuid, {
    reported_at: undefined,
    actor: actorOf(request, deps.now()),
    allow: (instance) => requireUnlocked(instance, request.caller),
  });

export const serverDeletionRoutes = (deps: ServerDeletionDeps): Route[] => [
  route({
    method: 'DELETE',
    path: '/v2.1/servers/:id',
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { instance } = await serverFor('member', deps, request);
      await deleteServer(deps, instance.uuid, request);
      return { status: 204 };
    },
  }),
];
