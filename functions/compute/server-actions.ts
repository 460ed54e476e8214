/** `POST /servers/{id}/action`: for administrators and for the server's owner. */
import { actorOf } from '../../adapters/http/actor.ts';
import { ignored, type Route, route } from '../../adapters/http/route.ts';
import type { Role } from '../../domain/access.ts';
import type { Host, HostState } from '../../domain/host.ts';
import type { Instance } from '../../domain/instance.ts';
import { afterAction, type ServerAction } from '../../domain/server-action.ts';
import type { Decide } from '../../flows/change-server.ts';
import { ActionBody } from './action-input.ts';
import { type OneServerDeps, serverFor } from './one-server.ts';

export type ServerActionDeps = OneServerDeps & {
  readonly changeServer: (uuid: string, decide: Decide) => Promise<Instance>;
  /** nova-compute's state, as of now. */
  readonly stateOf: (host: Host) => HostState;
  readonly now: () => string;
};

const roleFor: Record<ServerAction['name'], Role> = {
  'os-resetState': 'admin',
  'os-stop': 'member',
  'os-start': 'member',
};

export const serverActionRoutes = (deps: ServerActionDeps): Route[] => [
  route({
    method: 'POST',
    path: '/v2.1/servers/:id/action',
    query: ignored,
    body: ActionBody,
    handle: async (request) => {
      const { body: action } = request;
      const { instance } = await serverFor(roleFor[action.name], deps, request);
      const actor = actorOf(request, deps.now());
      await deps.changeServer(instance.uuid, ({ instance, host }) => {
        const up = host !== undefined && deps.stateOf(host) === 'up';
        return afterAction({ instance, host, up }, action, actor);
      });
      return { status: 202 };
    },
  }),
];
