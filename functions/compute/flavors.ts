/** `flavors`: Doctor offers none, since it boots nothing; a server carries its own. */
import { ignored, type Route, route } from '../../adapters/http/route.ts';
import { DomainError } from '../../domain/errors.ts';

export const flavorRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v2.1/flavors/detail',
    query: ignored,
    body: ignored,
    handle: async () => ({ status: 200, body: { flavors: [] } }),
  }),
  route({
    method: 'GET',
    path: '/v2.1/flavors/:id',
    query: ignored,
    body: ignored,
    handle: async ({ params: { id = '' } }) => {
      throw new DomainError('not_found', `Flavor ${id.slice(0, 255)} could not be found.`);
    },
  }),
];
