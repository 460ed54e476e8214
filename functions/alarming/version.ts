/**
 * The routes without a token: the version document and the health check.
 * docs/wire/alarming.md#routes.
 */
import { type PublicRoute, publicRoute } from '../../adapters/http/public-route.ts';

/** Tempest expects both media types. The answers are always JSON. */
const mediaTypes = ['json', 'xml'].map((format) => ({
  base: `application/${format}`,
  type: `application/vnd.openstack.telemetry-v2+${format}`,
}));

const versions = (base: string) => ({
  versions: {
    values: [
      {
        id: 'v2',
        status: 'stable',
        updated: '2013-02-13T00:00:00Z',
        links: [
          { href: `${base}/v2`, rel: 'self' },
          {
            href: 'https://docs.openstack.org/',
            rel: 'describedby',
            type: 'text/html',
          },
        ],
        'media-types': mediaTypes,
      },
    ],
  },
});

const healthcheck = publicRoute({
  method: 'GET',
  path: '/healthcheck',
  handle: () => ({ status: 200, headers: { 'Content-Type': 'text/plain' } }),
});

/** Aodh has no route at `/v2` itself, although its document links to it. */
export const openRoutes: readonly PublicRoute[] = [
  publicRoute({
    method: 'GET',
    path: '/',
    handle: ({ base }) => ({ status: 200, body: versions(base) }),
  }),
  healthcheck,
];
