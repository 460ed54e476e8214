/** The registry of networks: list, show, make, change, delete. Networks have no events. */

import { readJson } from '../../adapters/http/request.ts';
import { ignored, type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import { Refusal } from '../../domain/errors.ts';
import { createdNetwork, type Network, updatedNetwork } from '../../domain/ports/network.ts';
import {
  canRead,
  disallowed,
  notFound,
  requirePolicy,
  requireRevision,
} from '../../domain/ports/port-access.ts';
import { fieldsOf, idOf, isWrapped, makerOf, type NetworkDeps, requireNoBody } from './deps.ts';
import { listNetworks } from './list-networks.ts';
import { networkView, readNetworkUpdate, readNewNetwork } from './network-input.ts';
import { requiredRevision } from './port-input.ts';
import { linksOf } from './port-list.ts';
import { picked } from './port-view.ts';

type Request = RouteRequest<unknown, unknown>;
type Named = Pick<Request, 'caller' | 'params'>;

const collection = '/v2.0/networks';
const item = '/v2.0/networks/:id';

const open = { query: ignored, body: ignored } as const;

export const networkRoutes = (deps: NetworkDeps): Route[] => [
  route({
    method: 'GET',
    path: collection,
    ...open,
    handle: async ({ caller, query, base }) => {
      const { page, views, ids, full } = await listNetworks(deps, caller, query);
      const links = linksOf(`${base}${collection}`, query, page, { ids, full });
      return {
        status: 200,
        body: { networks: views, ...(links.length > 0 && { networks_links: links }) },
      };
    },
  }),
  route({
    method: 'GET',
    path: item,
    ...open,
    handle: async (request) => {
      const view = networkView(await readNetwork(deps, request));
      return { status: 200, body: { network: picked(view, fieldsOf(request.query)) } };
    },
  }),
  route({
    method: 'POST',
    path: collection,
    ...open,
    handle: async (request) => {
      const network = newNetwork(deps, request);
      if (!(await deps.createNetwork(network))) {
        throw new Refusal(
          'network_id_in_use',
          `Unable to create network ${network.network_id}: its id is in use.`,
        );
      }
      return { status: 201, body: { network: networkView(network) } };
    },
  }),
  route({
    method: 'PUT',
    path: item,
    ...open,
    handle: async (request) => {
      const { caller, headers } = request;
      const json = readJson(request);
      if (!isWrapped(json, 'network')) {
        requirePolicy(caller, await readNetwork(deps, request), 'update_network');
      }
      const update = readNetworkUpdate(json);
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
    ...open,
    handle: async (request) => {
      const revision = requiredRevision(request.headers['if-match']);
      const network = await readNetwork(deps, request);
      requirePolicy(request.caller, network, 'delete_network');
      requireNoBody(request);
      requireRevision(revision, network);
      if (await deps.hasPorts(network.network_id, deps.now())) {
        throw new Refusal(
          'network_in_use',
          `Unable to complete operation on network ${network.network_id}. There are one or more ports still in use on the network.`,
        );
      }
      await deps.deleteNetwork(network.network_id);
      return { status: 204 };
    },
  }),
];

/** The network of the path, if the caller may know of it. @throws NetworkNotFound */
export async function readNetwork(
  deps: Pick<NetworkDeps, 'networks'>,
  { caller, params: { id: text = '' } }: Named,
): Promise<Network> {
  const id = idOf(text);
  const [found] = id === undefined ? [] : await deps.networks([id]);
  return visible(caller, text, found);
}

/** Changes the network of the path, if the caller may know of it. @throws NetworkNotFound */
export function changedNetwork(
  deps: Pick<NetworkDeps, 'changeNetwork'>,
  { caller, params: { id: text = '' } }: Named,
  decide: (network: Network) => Network | undefined,
): Promise<Network> {
  const id = idOf(text);
  if (id === undefined) throw notFound('Network', text);
  return deps.changeNetwork(id, (network) => decide(visible(caller, text, network)));
}

function visible(caller: Request['caller'], id: string, network: Network | undefined): Network {
  if (network && canRead(caller, network)) return network;
  throw notFound('Network', id);
}

/** The network that a request makes, of whoever may make it. */
function newNetwork({ newId, now }: NetworkDeps, request: Request): Network {
  const { caller } = request;
  const values = readNewNetwork(readJson(request), makerOf(caller));
  const project_id = values.project_id ?? caller.project_id;
  if (project_id === undefined) throw disallowed('rule:create_network');
  requirePolicy(caller, { project_id }, 'create_network');
  const { id: network_id = newId(), name = '', description = '', admin_state_up = true } = values;
  return createdNetwork({ network_id, name, description, project_id, admin_state_up }, now());
}
