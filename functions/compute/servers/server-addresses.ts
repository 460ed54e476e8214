/** `servers/{id}/ips`: the addresses of a server, of all its networks or of one. */
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, route } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import { briefAddresses } from './address-view.ts';
import { type OneServerDeps, serverFor } from './one-server.ts';

export function serverAddressRoutes(deps: OneServerDeps): Route[] {
  const path = '/v2.1/servers/:id/ips';
  const shared = { method: 'GET', query: ignored, body: ignored } as const;
  return [
    route({
      ...shared,
      path,
      handle: async (request) => {
        const { instance } = await serverFor('reader', deps, request);
        const networks = Object.entries(instance.addresses);
        const addresses = Object.fromEntries(
          networks.map(([network, list]) => [network, briefAddresses(list)]),
        );
        return { status: 200, body: { addresses } };
      },
    }),
    route({
      ...shared,
      path: `${path}/:network`,
      handle: async (request) => {
        const { instance } = await serverFor('reader', deps, request);
        const { network = '' } = request.params;
        const list = new Map(Object.entries(instance.addresses)).get(network);
        if (!list) {
          throw new DomainError('not_found', 'Instance is not a member of specified network');
        }
        return { status: 200, body: { [network]: briefAddresses(list) } };
      },
    }),
  ];
}
