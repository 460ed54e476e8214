/** Version documents, so that the surface's URL in the catalogue answers, as for other services. */
import { type PublicRoute, publicRoute } from '../../adapters/http/public-route.ts';

const version = (base: string) => ({
  id: 'v1',
  status: 'CURRENT',
  links: [{ rel: 'self', href: `${base}/v1/` }],
});

export const doctorVersionRoutes: readonly PublicRoute[] = [
  publicRoute({
    method: 'GET',
    path: '/',
    handle: ({ base }) => ({ status: 200, body: { versions: [version(base)] } }),
  }),
  publicRoute({
    method: 'GET',
    path: '/v1',
    handle: ({ base }) => ({ status: 200, body: { version: version(base) } }),
  }),
];
