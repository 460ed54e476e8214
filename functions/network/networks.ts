/** The routes of networks: list, show, create, change, delete. Networks have no events. */

import { bodySent, ignored } from '../../adapters/http/readers.ts';
import { guardedRoute, type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { createdNetwork, type Network, updatedNetwork } from '../../domain/ports/network.ts';
import {
  canRead,
  disallowed,
  notFound,
  requirePolicy,
  requireRevision,
} from '../../domain/ports/port-access.ts';
import { fieldsOf, idOf, isWrapped, makerOf, type NetworkDeps, requireNoBody } from './deps.ts';
import { requiredRevision } from './if-match.ts';
import { listNetworks, readNetworkList } from './list-networks.ts';
import {
  type NetworkValues,
  networkView,
  readNetworkUpdate,
  readNewNetwork,
} from './network-input.ts';
import { linksOf } from './port-list.ts';
import { picked } from './port-view.ts';

type NetworkRequest = Pick<RouteRequest<unknown, unknown>, 'caller' | 'params'>;

const collection = '/v2.0/networks';
const item = '/v2.0/networks/:id';

/** The routes. */
export const networkRoutes = (deps: NetworkDeps): Route[] => [...reading(deps), ...writing(deps)];

const reading = (deps: NetworkDeps): Route[] => [
  route({
    method: 'GET',
    path: collection,
    query: readNetworkList,
    body: ignored,
    handle: async (request) => {
      const shown = await listNetworks(deps, request.caller, request.args);
      const links = linksOf(request, shown);
      return {
        status: 200,
        body: { networks: shown.views, ...(links.length > 0 && { networks_links: links }) },
      };
    },
  }),
  route({
    method: 'GET',
    path: item,
    query: fieldsOf,
    body: ignored,
    handle: async (request) => {
      const view = networkView(await readNetwork(deps, request));
      return { status: 200, body: { network: picked(view, request.args) } };
    },
  }),
];

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
      const changed = await changedNetwork(deps, request, (network) => {
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
        const network = visible(caller, params.id, found);
        requirePolicy(caller, network, 'delete_network');
        requireNoBody(request.body);
        requireRevision(revision, network);
      });
      return { status: 204 };
    },
  }),
];

/** The network of the path, if the caller may know of it. @throws NetworkNotFound */
export async function readNetwork(
  deps: Pick<NetworkDeps, 'networks'>,
  { caller, params: { id: text = '' } }: NetworkRequest,
): Promise<Network> {
  const id = idOf(text);
  const [found] = id === undefined ? [] : await deps.networks([id]);
  return visible(caller, text, found);
}

/** Changes the network of the path, if the caller may know of it. @throws NetworkNotFound */
export function changedNetwork(
  deps: Pick<NetworkDeps, 'changeNetwork'>,
  { caller, params }: NetworkRequest,
  decide: (network: Network) => Network | undefined,
): Promise<Network> {
  return deps.changeNetwork(networkIdOf(params), (network) =>
    decide(visible(caller, params.id, network)),
  );
}

/** The id in the path, in lower case. @throws NetworkNotFound if it is not an id. */
function networkIdOf({ id: text = '' }: NetworkRequest['params']): string {
  const id = idOf(text);
  if (id === undefined) throw notFound('Network', text);
  return id;
}

function visible(caller: Caller, text: string | undefined, network: Network | undefined): Network {
  if (network && canRead(caller, network)) return network;
  throw notFound('Network', text ?? '');
}

/** The network of a body. @throws PolicyNotAuthorized if the caller may not create it. */
function newNetwork({ newId, now }: NetworkDeps, caller: Caller, values: NetworkValues): Network {
  const project_id = values.project_id ?? caller.project_id;
  if (project_id === undefined) throw disallowed('rule:create_network');
  requirePolicy(caller, { project_id }, 'create_network');
  const { id: network_id = newId(), name = '', description = '', admin_state_up = true } = values;
  return createdNetwork({ network_id, name, description, project_id, admin_state_up }, now());
}
