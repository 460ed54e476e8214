/** The compute surface: the part of Nova's API that fault management needs. */
import { once } from 'es-toolkit';
import { createSurface, type Surface, type SurfaceRoutes } from '../../adapters/http/surface.ts';
import type { ServiceDeps } from './hosts/service-deps.ts';
import { serviceRoutes } from './hosts/services.ts';
import type { OtherComputeDeps } from './other-routes.ts';
import { withoutProject } from './project-segment.ts';
import { computeVersionRoutes } from './versions.ts';

/** What the routes need. */
export type ComputeRouteDeps = ServiceDeps & OtherComputeDeps;

/** What the surface needs. */
export type ComputeDeps = Pick<
  Surface,
  'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'
> &
  ComputeRouteDeps;

/** Adds the version to the path of a server's bookmark, which has none. */
const bookmarked = (path: string): string => (path.startsWith('/servers/') ? `/v2.1${path}` : path);

/** The routes of the surface. Reports of faults come to `os-services`. */
export const computeRoutes = (deps: ComputeRouteDeps): SurfaceRoutes => ({
  dialect: 'compute',
  prefix: '/compute',
  normalise: (path, caller) => withoutProject(bookmarked(path), caller),
  microversions: true,
  publicRoutes: computeVersionRoutes,
  routes: serviceRoutes(deps),
  otherRoutes: once(async () => (await import('./other-routes.ts')).otherComputeRoutes(deps)),
});

/** The Lambda handler of the compute surface. */
export const computeApi = (deps: ComputeDeps) =>
  createSurface({
    ...computeRoutes(deps),
    publicUrl: deps.publicUrl,
    allowedOrigins: deps.allowedOrigins,
    authenticate: deps.authenticate,
    logger: deps.logger,
  });
