/** The routes of ports: list, show, create, change, delete. Source: docs/wire/network.md#one-port. */
import { bodySent, ignored } from '../../adapters/http/readers.ts';
import { guardedRoute, type Route, route } from '../../adapters/http/route.ts';
import { requestedDataPlane } from '../../domain/ports/data-plane.ts';
import { deletedPort, type Port, updatedPort } from '../../domain/ports/port.ts';
import { requirePolicy, requireRevision } from '../../domain/ports/port-access.ts';
import type { PortDeps } from './deps.ts';
import { requiredRevision } from './if-match.ts';
import { listPorts, readPortList } from './list-ports.ts';
import { newPort, requireNetworks } from './new-port.ts';
import { type PortInput, readNewPorts, readPortUpdate } from './port-input.ts';
import { changePortOfPath, readPort } from './port-of-path.ts';
import { portView } from './port-view.ts';
import { readingRoutes } from './reading-routes.ts';
import { actorAt, isWrapped, makerOf, requireNoBody } from './request-parts.ts';

const collection = '/v2.0/ports';

const item = '/v2.0/ports/:id';

/** The routes. */
export const portRoutes = (deps: PortDeps): Route[] => [...reading(deps), ...writing(deps)];

const reading = (deps: PortDeps): Route[] =>
  readingRoutes('port', {
    readList: readPortList,
    list: (caller, list) => listPorts(deps, caller, list),
    show: async (request) => portView(await readPort(deps, request), request.caller),
  });

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
      const changed = await changePortOfPath(deps, request, (port) => {
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
      await changePortOfPath(deps, request, (port) => {
        requirePolicy(request.caller, port, 'delete_port');
        requireNoBody(request.body);
        requireRevision(revision, port);
        return deletedPort(port, actorAt(request, at));
      });
      return { status: 204 };
    },
  }),
];

/** The update of a port by an input, in which the two names of the data plane's status are one value. */
function updateOf(port: Port, { values }: PortInput): Parameters<typeof updatedPort>[1] {
  const { id: _, network_id: __, project_id: ___, dp_down, data_plane_status, ...rest } = values;
  const status = requestedDataPlane({ data_plane_status, dp_down }, port.data_plane_status);
  const given = Object.entries({ ...rest, data_plane_status: status }).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(given);
}
