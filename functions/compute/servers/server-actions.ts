/** `POST /servers/{id}/action`: for administrators and for the server's owner. */
import { randomBytes } from 'node:crypto';
import { actorOf } from '../../../adapters/http/actor.ts';
import { atLeast } from '../../../adapters/http/microversion.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import type { ApiResponse } from '../../../adapters/http/request.ts';
import { type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import type { Host, HostState } from '../../../domain/hosts/host.ts';
import { projectOf, type Role } from '../../../domain/identity/access.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import { afterLock, afterUnlock, requireUnlocked } from '../../../domain/servers/lock.ts';
import { afterAction } from '../../../domain/servers/server-action.ts';
import type { ServerDecision } from '../../../flows/change-server.ts';
import type { EvacuationRequest } from '../../../flows/evacuate.ts';
import {
  actionBody,
  type EvacuateAction,
  type ServerActionInput,
  serverActionEras,
} from './action-input.ts';
import { type OneServerDeps, serverFor } from './one-server.ts';
import { deleteServer, type ServerDeletionDeps } from './server-deletion.ts';

export type ServerActionDeps = OneServerDeps &
  ServerDeletionDeps & {
    /** Changes a server (`flows/change-server.ts`). */
    readonly changeServer: (uuid: string, decide: ServerDecision) => Promise<Instance>;
    /** Evacuates a server (`flows/evacuate.ts`). */
    readonly evacuate: (uuid: string, evacuating: EvacuationRequest) => Promise<Instance>;
    /** nova-compute's state now. */
    readonly stateOf: (host: Host) => HostState;
    readonly now: () => string;
  };

/** The role that the caller needs for an action. */
const roleFor: Record<ServerActionInput['name'], Role> = {
  'os-resetState': 'admin',
  'os-stop': 'member',
  'os-start': 'member',
  evacuate: 'admin',
  lock: 'member',
  unlock: 'member',
  forceDelete: 'member',
};

type Request = RouteRequest<ServerActionInput, unknown>;

/** One route for each group of microversions whose bodies are the same. */
export const serverActionRoutes = (deps: ServerActionDeps): Route[] =>
  serverActionEras.map(({ versions, inputs }) =>
    route({
      method: 'POST',
      path: '/v2.1/servers/:id/action',
      versions,
      query: ignored,
      body: actionBody(inputs),
      handle: async (request) => {
        const { body: action } = request;
        const { instance } = await serverFor(roleFor[action.name], deps, request);
        if (action.name === 'evacuate') return evacuated(deps, instance.uuid, action, request);
        if (action.name === 'forceDelete') await deleteServer(deps, instance.uuid, request);
        else await deps.changeServer(instance.uuid, decisionOn(deps, action, request));
        return { status: 202 };
      },
    }),
  );

/** The change that an action makes. Only administrators may act on locked servers. */
function decisionOn(
  { now, stateOf }: Pick<ServerActionDeps, 'now' | 'stateOf'>,
  action: Exclude<ServerActionInput, EvacuateAction | { readonly name: 'forceDelete' }>,
  request: Request,
): ServerDecision {
  const actor = actorOf(request, now());
  const { caller } = request;
  return ({ instance, host }) => {
    if (action.name === 'lock') {
      return afterLock(instance, { caller, reason: action.reason, actor });
    }
    if (action.name === 'unlock') return afterUnlock(instance, { caller, actor });
    requireUnlocked(instance, caller);
    const up = host !== undefined && stateOf(host) === 'up';
    return afterAction({ instance, host, up }, action, actor);
  };
}

/**
 * Evacuates a server. Answers 200, not 202: gophercloud accepts nothing else. Before 2.14 the answer has
 * the password of the guest, as in nova.
 */
async function evacuated(
  deps: ServerActionDeps,
  uuid: string,
  { target, adminPass = randomBytes(9).toString('base64url') }: EvacuateAction,
  request: Request,
): Promise<ApiResponse> {
  const actor = actorOf(request, deps.now());
  await deps.evacuate(uuid, { target, actor, project_id: projectOf(request.caller) });
  return atLeast(request.microversion, '2.14')
    ? { status: 200 }
    : { status: 200, body: { adminPass } };
}
