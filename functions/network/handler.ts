/** The surface `/network`: the part of Neutron's API v2.0 that a registry of ports needs. */

import { once } from 'es-toolkit';
import { createSurface, type Surface, type SurfaceRoutes } from '../../adapters/http/surface.ts';
import type { NetworkDeps, PortDeps } from './deps.ts';
import { portRoutes } from './ports.ts';
import { networkVersionRoutes } from './versions.ts';

/** The dependencies of the surface. */
export type NetworkApiDeps = Pick<
  Surface,
  'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'
> &
  PortDeps &
  NetworkDeps;

/** `/v2.0/ports.json` is `/v2.0/ports`: clients send either. */
const plainPath = (path: string): string => path.replace(/\.json$/, '');

/** The routes of the surface. Reports on the data plane come to ports. */
export const networkSurfaceRoutes = (deps: PortDeps & NetworkDeps): SurfaceRoutes => ({
  dialect: 'network',
  prefix: '/network',
  normalise: plainPath,
  publicRoutes: networkVersionRoutes,
  routes: portRoutes(deps),
  otherRoutes: once(async () => (await import('./other-routes.ts')).otherNetworkRoutes(deps)),
});

/** The handler of the surface. */
export const networkApi = (deps: NetworkApiDeps) =>
  createSurface({
    ...networkSurfaceRoutes(deps),
    publicUrl: deps.publicUrl,
    allowedOrigins: deps.allowedOrigins,
    authenticate: deps.authenticate,
    logger: deps.logger,
  });
