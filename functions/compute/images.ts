/**
 * `/image`: as much of Glance v2 as shows that there are no images. Doctor boots nothing; clients such as
 * ClusterLabs' `fence_evacuate` ask for images before they evacuate.
 */
import {
  ignored,
  type PublicRoute,
  publicRoute,
  type Route,
  route,
} from '../../adapters/http/route.ts';
import { createSurface, type Surface } from '../../adapters/http/surface.ts';
import { DomainError } from '../../domain/errors.ts';

/** Source: glance `api/versions.py`; the versions after 2.0 add nothing to an empty list. */
const versions = (base: string) => ({
  versions: [{ id: 'v2.0', status: 'CURRENT', links: [{ rel: 'self', href: `${base}/v2/` }] }],
});

/** All with 200: Glance itself answers some of them with 300, which clients read in the same way. */
const documents: PublicRoute[] = ['/', '/versions', '/v2{/}'].map((path) =>
  publicRoute({
    ...{ method: 'GET', path },
    handle: ({ base }) => ({ status: 200, body: versions(base) }),
  }),
);

const imageRoutes: Route[] = [
  route({
    ...{ method: 'GET', path: '/v2/images', query: ignored, body: ignored },
    handle: async () => ({
      status: 200,
      body: { images: [], first: '/v2/images', schema: '/v2/schemas/images' },
    }),
  }),
  route({
    ...{ method: 'GET', path: '/v2/images/:id', query: ignored, body: ignored },
    handle: async ({ params: { id = '' } }) => {
      throw new DomainError('not_found', `No image found with ID ${id.slice(0, 255)}`);
    },
  }),
];

/** The image surface. Its refusals have Keystone's shape: Glance's own are HTML, which no client reads. */
export const imageApi = (deps: Pick<Surface, 'authenticate' | 'logger' | 'publicUrl'>) =>
  createSurface({
    ...{ dialect: 'identity', prefix: '/image' },
    publicUrl: deps.publicUrl,
    authenticate: deps.authenticate,
    logger: deps.logger,
    publicRoutes: documents,
    routes: imageRoutes,
  });
