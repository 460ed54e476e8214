/**
 * `/image`: a part of Glance v2 that has no images, because Doctor boots nothing. Clients such as
 * ClusterLabs' `fence_evacuate` list images before they evacuate.
 */

import { type PublicRoute, publicRoute } from '../../adapters/http/public-route.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { createSurface, type Surface, type SurfaceRoutes } from '../../adapters/http/surface.ts';
import { DomainError } from '../../domain/errors.ts';

/** Versions after 2.0 add nothing to an empty list. Source: glance `api/versions.py`. */
const versions = (base: string) => ({
  versions: [{ id: 'v2.0', status: 'CURRENT', links: [{ rel: 'self', href: `${base}/v2/` }] }],
});

/** All answer 200. Glance answers some with 300; clients read both in the same way. */
const documents: PublicRoute[] = ['/', '/versions', '/v2{/}'].map((path) =>
  publicRoute({
    method: 'GET',
    path,
    handle: ({ base }) => ({ status: 200, body: versions(base) }),
  }),
);

const imageRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v2/images',
    query: ignored,
    body: ignored,
    handle: async () => ({
      status: 200,
      body: { images: [], first: '/v2/images', schema: '/v2/schemas/images' },
    }),
  }),
  route({
    method: 'GET',
    path: '/v2/images/:id',
    query: ignored,
    body: ignored,
    handle: async ({ params: { id = '' } }) => {
      throw new DomainError('not_found', `No image found with ID ${id.slice(0, 255)}`);
    },
  }),
];

/** The routes of the surface. */
export const imageSurfaceRoutes: SurfaceRoutes = {
  dialect: 'identity',
  prefix: '/image',
  publicRoutes: documents,
  routes: imageRoutes,
};

/**
 * The image surface. Its errors have Keystone's shape: Glance's errors are HTML, which clients do
 * not parse.
 */
export const imageApi = (deps: Pick<Surface, 'authenticate' | 'logger' | 'publicUrl'>) =>
  createSurface({
    ...imageSurfaceRoutes,
    publicUrl: deps.publicUrl,
    authenticate: deps.authenticate,
    logger: deps.logger,
  });
