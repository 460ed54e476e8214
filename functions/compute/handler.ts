/** The compute surface: Nova's API, as far as faults need it. */
import { createSurface, type Surface } from '../../adapters/http/surface.ts';
import { withoutProject } from './project-segment.ts';
import { type ServerDeps, serverRoutes } from './servers.ts';
import { type ServiceDeps, serviceRoutes } from './services.ts';
import { versionRoutes } from './versions.ts';

export type Deps = Pick<Surface, 'authenticate' | 'logger' | 'publicUrl'> &
  ServerDeps &
  ServiceDeps;

export const createHandler = (deps: Deps) =>
  createSurface({
    dialect: 'compute',
    prefix: '/compute',
    publicUrl: deps.publicUrl,
    authenticate: deps.authenticate,
    logger: deps.logger,
    normalise: withoutProject,
    microversions: true,
    publicRoutes: versionRoutes,
    routes: [...serviceRoutes(deps), ...serverRoutes(deps)],
  });
