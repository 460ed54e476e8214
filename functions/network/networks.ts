/** The registry of networks: list, show, make, delete. Source: docs/wire/network.md#networks. */
import { fitting } from '../../adapters/http/answer-size.ts';
import { readJson } from '../../adapters/http/request.ts';
import { ignored, type Route, route } from '../../adapters/http/route.ts';
import { Refusal } from '../../domain/errors.ts';
import type { Network } from '../../domain/ports/network.ts';
import {
  canRead,
  disallowed,
  listedProject,
  notFound,
  requirePolicy,
} from '../../domain/ports/port-access.ts';
import { idOf, makerOf, requireNoBody } from './deps.ts';
import { networkView, readNewNetwork } from './network-input.ts';
import { badRequest, shown } from './neutron.ts';
import type { Query } from './port-filter.ts';
import { picked } from './port-view.ts';

export type NetworkDeps = {
  /** The networks of the ids that are registered, read consistently. */
  readonly networks: (ids: readonly string[]) => Promise<readonly Network[]>;
  /** Those of a project, or all of them, in order of their ids. */
  readonly networksOf: (project_id: string | undefined) => Promise<readonly Network[]>;
  /** False if the id is taken. */
  readonly createNetwork: (network: Network) => Promise<boolean>;
  readonly deleteNetwork: (id: string) => Promise<void>;
  /** Whether a port is on the network, or may be on its way there; read consistently. */
  readonly hasPorts: (network_id: string, now: string) => Promise<boolean>;
  readonly newId: () => string;
  readonly now: () => string;
};

const collection = '/v2.0/networks';
const item = '/v2.0/networks/:id';

const open = { query: ignored, body: ignored } as const;

const fieldsOf = ({ fields = [] }: Query): string[] => fields.filter((name) => name !== '');

export const networkRoutes = (deps: NetworkDeps): Route[] => [
  route({
    method: 'GET',
    path: collection,
    ...open,
    handle: async ({ caller, query }) => {
      const wanted = filterOf(query);
      const networks = await deps.networksOf(listedProject(caller));
      const views = networks
        .filter((network) => canRead(caller, network))
        .map(networkView)
        .filter(wanted)
        .map((view) => picked(view, fieldsOf(query)));
      return { status: 200, body: { networks: fitting(views) } };
    },
  }),
  route({
    method: 'GET',
    path: item,
    ...open,
    handle: async ({ caller, params: { id: text = '' }, query }) => {
      const id = idOf(text);
      const [network] = id === undefined ? [] : await deps.networks([id]);
      if (!network || !canRead(caller, network)) throw notFound('Network', text);
      return { status: 200, body: { network: picked(networkView(network), fieldsOf(query)) } };
    },
  }),
  route({
    method: 'POST',
    path: collection,
    ...open,
    handle: async (request) => {
      const { caller } = request;
      const {
        id,
        name = '',
        project_id,
        admin_state_up = true,
      } = readNewNetwork(readJson(request), makerOf(caller));
      const owner = project_id ?? caller.project_id;
      if (owner === undefined) throw disallowed('rule:create_network');
      requirePolicy(caller, { project_id: owner }, 'create_network');
      const network = { network_id: id ?? deps.newId(), name, project_id: owner, admin_state_up };
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
    method: 'DELETE',
    path: item,
    ...open,
    handle: async (request) => {
      requireNoBody(request);
      const {
        caller,
        params: { id: text = '' },
      } = request;
      const id = idOf(text);
      const [network] = id === undefined ? [] : await deps.networks([id]);
      if (!network || !canRead(caller, network)) throw notFound('Network', text);
      requirePolicy(caller, network, 'delete_network');
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

type View = ReturnType<typeof networkView>;

const shaping = new Set(['fields', 'limit', 'marker', 'page_reverse', 'sort_key', 'sort_dir']);
const filters = new Set([
  'id',
  'name',
  'project_id',
  'tenant_id',
  'status',
  'admin_state_up',
  'shared',
]);

/** Equalities over what a network shows; the registry is small and has no pages. */
function filterOf(query: Query): (view: View) => boolean {
  const given = Object.entries(query).filter(([name]) => !shaping.has(name));
  const unknown = given.flatMap(([name]) => (filters.has(name) ? [] : [`'${shown(name)}'`]));
  if (unknown.length > 0) {
    throw badRequest(`[${unknown.join(', ')}] is invalid attribute for filtering`);
  }
  return (view) => {
    const values = new Map<string, unknown>(Object.entries(view));
    return given.every(([name, wanted]) =>
      wanted.some((text) => text.toLowerCase() === String(values.get(name)).toLowerCase()),
    );
  };
}
