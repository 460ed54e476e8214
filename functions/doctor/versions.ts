/** Version documents, so that the surface's URL in the catalogue answers, as for other services. */
import { versionRoutes } from '../../adapters/http/version-routes.ts';

const version = (base: string) => ({
  id: 'v1',
  status: 'CURRENT',
  links: [{ rel: 'self', href: `${base}/v1/` }],
});

export const doctorVersionRoutes = versionRoutes('/v1', version);
