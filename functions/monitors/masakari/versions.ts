/** What the surface is, for clients without a token: docs/wire/instance-ha.md#versions. */
import { versionRoutes } from '../../../adapters/http/version-routes.ts';
import { haVersions } from './ha-version.ts';

/** The `openstack` client pins 1.3: with a lower `version` it refuses every command. */
const version = (base: string) => ({
  id: 'v1.0',
  status: 'CURRENT',
  version: haVersions.max,
  min_version: haVersions.min,
  updated: '2016-07-01T11:33:21Z',
  links: [{ rel: 'self', href: `${base}/v1/` }],
  'media-types': [
    { base: 'application/json', type: 'application/vnd.openstack.masakari+json;version=1' },
  ],
});

export const haVersionRoutes = versionRoutes('/v1', version);
