/** `DELETE /servers/{id}`: the books forget a server; its row stays as a tombstone. */
import { actorOf } from '../../../adapters/http/actor.ts';
import { ignored, type Route, route } from '../../../adapters/http/route.ts';
import type { Told } from '../../../flows/register.ts';
import { type OneServerDeps, serverFor } from './one-server.ts';

export type ServerDeletionDeps = OneServerDeps & {
  readonly deleteInstance: (uuid: string, told: Told) => Promise<unknown>;
  readonly now: () => string;
};

export const serverDeletionRoutes = (deps: ServerDeletionDeps): Route[] => [
  route({
    method: 'DELETE',
    path: '/v2.1/servers/:id',
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const { instance } = await serverFor('member', deps, request);
      const actor = actorOf(request, deps.now());
      await deps.deleteInstance(instance.uuid, { reported_at: undefined, actor });
      return { status: 204 };
    },
  }),
];
