/** Version documents, for clients without a token: docs/wire/compute.md#version-documents. */
import { format, maxMicroversion, minMicroversion } from '../../adapters/http/microversion.ts';
import { versionRoutes } from '../../adapters/http/version-routes.ts';

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

export const computeVersionRoutes = versionRoutes('/v2.1', version, (base) => ({
  ...version(base),
  'media-types': mediaTypes,
}));
