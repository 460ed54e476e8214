/** `POST /servers/{id}/action`: for administrators and for the server's owner. */
import { randomBytes } from 'node:crypto';
import { actorOf } from '../../../adapters/http/actor.ts';
import { atLeast } from '../../../adapters/http/microversion.ts';
import type { ApiResponse } from '../../../adapters/http/request.ts';
import { ignored, type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import type { Host, HostState } from '../../../domain/hosts/host.ts';
import { projectOf, type Role } from '../../../domain/identity/access.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import { afterAction } from '../../../domain/servers/server-action.ts';
import type { Decide } from '../../../flows/change-server.ts';
import type { Evacuating } from '../../../flows/evacuate.ts';
import { type ActionInput, actionBody, type Evacuation, evacuations } from './action-input.ts';
import { type OneServerDeps, serverFor } from './one-server.ts';

export type ServerActionDeps = OneServerDeps & {
  readonly changeServer: (uuid: string, decide: Decide) => Promise<Instance>;
  readonly evacuate: (uuid: string, evacuating: Evacuating) => Promise<Instance>;
  /** nova-compute's state, as of now. */
  readonly stateOf: (host: Host) => HostState;
  readonly now: () => string;
};

const roleFor: Record<ActionInput['name'], Role> = {
  'os-resetState': 'admin',
  'os-stop': 'member',
  'os-start': 'member',
  evacuate: 'admin',
};

type Request = RouteRequest<ActionInput, unknown>;

/** One route a body of `evacuate`; the other actions are the same at every microversion. */
export const serverActionRoutes = (deps: ServerActionDeps): Route[] =>
  evacuations.map(({ from, to, input }) =>
    route({
      method: 'POST',
      path: '/v2.1/servers/:id/action',
      versions: to === undefined ? { from } : { from, to },
      query: ignored,
      body: actionBody(input),
      handle: async (request) => {
        const { body: action } = request;
        const { instance } = await serverFor(roleFor[action.name], deps, request);
        if (action.name === 'evacuate') return evacuated(deps, instance.uuid, action, request);
        const actor = actorOf(request, deps.now());
        await deps.changeServer(instance.uuid, ({ instance, host }) => {
          const up = host !== undefined && deps.stateOf(host) === 'up';
          return afterAction({ instance, host, up }, action, actor);
        });
        return { status: 202 };
      },
    }),
  );

/** 200, not 202: gophercloud takes nothing else. Before 2.14 nova tells the guest's password. */
async function evacuated(
  deps: ServerActionDeps,
  uuid: string,
  { target, adminPass = randomBytes(9).toString('base64url') }: Evacuation,
  request: Request,
): Promise<ApiResponse> {
  const actor = actorOf(request, deps.now());
  await deps.evacuate(uuid, { target, actor, project_id: projectOf(request.caller) });
  return atLeast(request.microversion, '2.14')
    ? { status: 200 }
    : { status: 200, body: { adminPass } };
}
