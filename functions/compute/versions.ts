/** Version documents, for clients without a token: docs/wire/compute.md#version-documents. */
import { format, maxMicroversion, minMicroversion } from '../../adapters/http/microversion.ts';
import { type PublicRoute, publicRoute } from '../../adapters/http/public-route.ts';

const version = (base: string) => ({
  id: 'v2.1',
  status: 'CURRENT',
  version: format(maxMicroversion),
  min_version: format(minMicroversion),
  updated: '2013-07-23T11:33:21Z',
  links: [{ rel: 'self', href: `${base}/v2.1/` }],
});

const mediaTypes = [
  { base: 'application/json', type: 'application/vnd.openstack.compute+json;version=2.1' },
];

export const versionRoutes: readonly PublicRoute[] = [
  publicRoute({
    method: 'GET',
    path: '/',
    handle: ({ base }) => ({ status: 200, body: { versions: [version(base)] } }),
  }),
  publicRoute({
    method: 'GET',
    path: '/v2.1',
    handle: ({ base }) => ({
      status: 200,
      body: { version: { ...version(base), 'media-types': mediaTypes } },
    }),
  }),
];
