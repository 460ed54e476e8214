/** The routes of ports: list, show, create, change, delete. Source: docs/wire/network.md#one-port. */
import {
  bodySent,
  guardedRoute,
  ignored,
  type Route,
  type RouteRequest,
  route,
} from '../../adapters/http/route.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { requestedDataPlane } from '../../domain/ports/data-plane.ts';
import { createdPort, deletedPort, type Port, updatedPort } from '../../domain/ports/port.ts';
import {
  canRead,
  disallowed,
  notFound,
  requirePolicy,
  requireRevision,
  visiblePort,
} from '../../domain/ports/port-access.ts';
import type { NewPort } from '../../flows/create-ports.ts';
import {
  actorAt,
  fieldsOf,
  idOf,
  isWrapped,
  makerOf,
  type PortDeps,
  requireNoBody,
} from './deps.ts';
import { listPorts, readPortList } from './list-ports.ts';
import {
  missing,
  type PortInput,
  readNewPorts,
  readPortUpdate,
  requiredRevision,
} from './port-input.ts';
import { linksOf } from './port-list.ts';
import { picked, portView } from './port-view.ts';

type PortRequest = RouteRequest<unknown, unknown>;

const collection = '/v2.0/ports';
const item = '/v2.0/ports/:id';

/** The routes. */
export const portRoutes = (deps: PortDeps): Route[] => [...reading(deps), ...writing(deps)];

const reading = (deps: PortDeps): Route[] => [
  route({
    method: 'GET',
    path: collection,
    query: readPortList,
    body: ignored,
    handle: async (request) => {
      const shown = await listPorts(deps, request.caller, request.args);
      const links = linksOf(request, shown);
      return {
        status: 200,
        body: { ports: shown.views, ...(links.length > 0 && { ports_links: links }) },
      };
    },
  }),
  route({
    method: 'GET',
    path: item,
    query: fieldsOf,
    body: ignored,
    handle: async (request) => {
      const view = portView(await readPort(deps, request), request.caller);
      return { status: 200, body: { port: picked(view, request.args) } };
    },
  }),
];

const writing = (deps: PortDeps): Route[] => [
  route({
    method: 'POST',
    path: collection,
    query: ignored,
    body: (json, { caller }) => readNewPorts(json, makerOf(caller)),
    handle: async (request) => {
      const { caller } = request;
      const { bulk, ports } = request.body;
      const requested = ports.map((input) => newPort(deps, request, input));
      await requireNetworks(deps, caller, requested);
      const made = await deps.createPorts(requested);
      const views = made.map((port) => portView(port, caller));
      return { status: 201, body: bulk ? { ports: views } : { port: views[0] } };
    },
  }),
  guardedRoute({
    method: 'PUT',
    path: item,
    query: ignored,
    before: async (request, json) => {
      if (isWrapped(json, 'port')) return;
      requirePolicy(request.caller, await readPort(deps, request), 'update_port');
    },
    body: readPortUpdate,
    handle: async (request) => {
      const { caller, headers, body: input } = request;
      const revision = requiredRevision(headers['if-match']);
      const at = deps.now();
      const changed = await change(deps, request, (port) => {
        requirePolicy(caller, port, 'update_port', input);
        requireRevision(revision, port);
        return updatedPort(port, updateOf(port, input), actorAt(request, at));
      });
      return { status: 200, body: { port: portView(changed, caller) } };
    },
  }),
  route({
    method: 'DELETE',
    path: item,
    query: ignored,
    body: bodySent,
    handle: async (request) => {
      const revision = requiredRevision(request.headers['if-match']);
      const at = deps.now();
      await change(deps, request, (port) => {
        requirePolicy(request.caller, port, 'delete_port');
        requireNoBody(request.body);
        requireRevision(revision, port);
        return deletedPort(port, actorAt(request, at));
      });
      return { status: 204 };
    },
  }),
];

/** The port of the path, if the caller may know of it. @throws PortNotFound */
export async function readPort(
  deps: Pick<PortDeps, 'readPorts'>,
  { caller, params: { id: text = '' } }: Pick<PortRequest, 'caller' | 'params'>,
): Promise<Port> {
  const id = idOf(text);
  const [found] = id === undefined ? [] : await deps.readPorts([id]);
  return visiblePort(caller, text, found);
}

/** Changes the port of the path, if the caller may know of it. @throws PortNotFound */
export function change(
  deps: PortDeps,
  { caller, params: { id: text = '' } }: Pick<PortRequest, 'caller' | 'params'>,
  decide: (port: Port) => Port | undefined,
): Promise<Port> {
  const id = idOf(text);
  if (id === undefined) throw notFound('Port', text);
  return deps.changePort(id, (port) => decide(visiblePort(caller, text, port)));
}

/** The update of a port by an input, in which the two names of the data plane's status are one value. */
function updateOf(port: Port, { values }: PortInput): Parameters<typeof updatedPort>[1] {
  const { id: _, network_id: __, project_id: ___, dp_down, data_plane_status, ...rest } = values;
  const status = requestedDataPlane({ data_plane_status, dp_down }, port.data_plane_status);
  const given = Object.entries({ ...rest, data_plane_status: status }).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(given);
}

/** The port of an input. @throws PolicyNotAuthorized if the caller may not create it. */
function newPort(deps: PortDeps, request: PortRequest, input: PortInput): NewPort {
  const { caller } = request;
  const { values } = input;
  const project_id = values.project_id ?? caller.project_id;
  if (project_id === undefined) throw disallowed('rule:create_port');
  requirePolicy(caller, { project_id }, 'create_port', input);
  const { network_id } = values;
  if (network_id === undefined) throw missing('network_id');
  const port = createdPort(
    {
      id: values.id ?? deps.newId(),
      network_id,
      project_id,
      name: values.name ?? '',
      description: values.description ?? '',
      admin_state_up: values.admin_state_up ?? true,
      device_id: values.device_id ?? '',
      device_owner: values.device_owner ?? '',
      mac_address: values.mac_address ?? deps.newMac(),
      fixed_ips: values.fixed_ips ?? [],
      security_groups: values.security_groups ?? [],
      'binding:host_id': values['binding:host_id'] ?? '',
      'binding:vnic_type': values['binding:vnic_type'] ?? 'normal',
      'binding:profile': values['binding:profile'] ?? '{}',
    },
    { actor: actorAt(request, deps.now()), incarnation: deps.newId() },
  );
  return { port, macGiven: values.mac_address !== undefined };
}

/**
 * Checks that the caller may see the registered networks of new ports. Any other id is accepted.
 * @throws NetworkNotFound
 */
async function requireNetworks(
  deps: PortDeps,
  caller: Caller,
  requested: readonly NewPort[],
): Promise<void> {
  const ids = new Set(requested.map(({ port }) => port.network_id));
  for (const network of await deps.networks([...ids])) {
    if (!canRead(caller, network)) throw notFound('Network', network.network_id);
  }
}
