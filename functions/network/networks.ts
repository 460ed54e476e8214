/** The routes of networks: list, show, create, change, delete. Networks have no events. */
import { bodySent, ignored } from '../../adapters/http/readers.ts';
import { guardedRoute, type Route, route } from '../../adapters/http/route.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { createdNetwork, type Network, updatedNetwork } from '../../domain/ports/network.ts';
import { disallowed, requirePolicy, requireRevision } from '../../domain/ports/port-access.ts';
import type { NetworkDeps } from './deps.ts';
import { requiredRevision } from './if-match.ts';
import { listNetworks, readNetworkList } from './list-networks.ts';
import {
  type NetworkValues,
  networkView,
  readNetworkUpdate,
  readNewNetwork,
} from './network-input.ts';
import {
  changeNetworkOfPath,
  networkIdOf,
  readNetwork,
  visibleNetwork,
} from './network-of-path.ts';
import { readingRoutes } from './reading-routes.ts';
import { isWrapped, makerOf, requireNoBody } from './request-parts.ts';

const collection = '/v2.0/networks';

const item = '/v2.0/networks/:id';

/** The routes. */
export const networkRoutes = (deps: NetworkDeps): Route[] => [...reading(deps), ...writing(deps)];

const reading = (deps: NetworkDeps): Route[] =>
  readingRoutes('network', {
    readList: readNetworkList,
    list: (caller, list) => listNetworks(deps, caller, list),
    show: async (request) => networkView(await readNetwork(deps, request)),
  });

const writing = (deps: NetworkDeps): Route[] => [
  route({
    method: 'POST',
    path: collection,
    query: ignored,
    body: (json, { caller }) => readNewNetwork(json, makerOf(caller)),
    handle: async ({ caller, body }) => {
      const network = await deps.createNetwork(newNetwork(deps, caller, body));
      return { status: 201, body: { network: networkView(network) } };
    },
  }),
  guardedRoute({
    method: 'PUT',
    path: item,
    query: ignored,
    before: async (request, json) => {
      if (isWrapped(json, 'network')) return;
      requirePolicy(request.caller, await readNetwork(deps, request), 'update_network');
    },
    body: readNetworkUpdate,
    handle: async (request) => {
      const { caller, headers, body: update } = request;
      const revision = requiredRevision(headers['if-match']);
      const at = deps.now();
      const changed = await changeNetworkOfPath(deps, request, (network) => {
        requirePolicy(caller, network, 'update_network');
        requireRevision(revision, network);
        return updatedNetwork(network, update, at);
      });
      return { status: 200, body: { network: networkView(changed) } };
    },
  }),
  route({
    method: 'DELETE',
    path: item,
    query: ignored,
    body: bodySent,
    handle: async (request) => {
      const { caller, params, headers } = request;
      const revision = requiredRevision(headers['if-match']);
      await deps.deleteNetwork({ id: networkIdOf(params), now: deps.now() }, (found) => {
        const network = visibleNetwork(caller, params.id, found);
        requirePolicy(caller, network, 'delete_network');
        requireNoBody(request.body);
        requireRevision(revision, network);
      });
      return { status: 204 };
    },
  }),
];

/** The network of a body. @throws PolicyNotAuthorized if the caller may not create it. */
function newNetwork({ newId, now }: NetworkDeps, caller: Caller, values: NetworkValues): Network {
  const project_id = values.project_id ?? caller.project_id;
  if (project_id === undefined) throw disallowed('rule:create_network');
  requirePolicy(caller, { project_id }, 'create_network');
  const { id: network_id = newId(), name = '', description = '', admin_state_up = true } = values;
  return createdNetwork({ network_id, name, description, project_id, admin_state_up }, now());
}
