/** `flavors`: the list is empty, because Doctor boots nothing. A server has its flavor in its row. */
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { noSuch } from '../../domain/errors.ts';
import { queriesOf } from './nova-types.ts';

/**
 * The keys of the query; they filter an empty list. Source: nova
 * `api/openstack/compute/schemas/flavors.py`.
 */
const keys = ['limit', 'marker', 'is_public', 'minRam', 'minDisk', 'sort_key', 'sort_dir'];

export const flavorRoutes: Route[] = [
  ...queriesOf(...keys).map((era) =>
    route({
      method: 'GET',
      path: '/v2.1/flavors/detail',
      ...era,
      body: ignored,
      handle: async () => ({ status: 200, body: { flavors: [] } }),
    }),
  ),
  route({
    method: 'GET',
    path: '/v2.1/flavors/:id',
    query: ignored,
    body: ignored,
    handle: async ({ params: { id = '' } }) => {
      throw noSuch('Flavor', id);
    },
  }),
];
