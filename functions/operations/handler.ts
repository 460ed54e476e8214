/**
 * The part of `/doctor/v1` that consoles and operators read, silences, and tests of alarms. It is a function of its
 * own: requests that are held until something changes must not take the concurrency of reports (ADR
 * 0039).
 */
import { once } from 'es-toolkit';
import { createSurface, type Surface, type SurfaceRoutes } from '../../adapters/http/surface.ts';
import { type ChangeDeps, changeRoutes } from './changes.ts';
import { type OpenApiDeps, openApiRoutes } from './openapi.ts';
import type { OtherOperationsDeps } from './other-routes.ts';
import { type StatusDeps, statusRoutes } from './status.ts';

/** What the routes need. */
export type OperationsRouteDeps = OpenApiDeps & ChangeDeps & StatusDeps & OtherOperationsDeps;

/** What the surface needs. */
export type OperationsDeps = Pick<
  Surface,
  'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'
> &
  OperationsRouteDeps;

/** Every route. The first segment of a path is listed in `operationPaths` of `infra/operations.ts`. */
export const operationsRoutes = (deps: OperationsRouteDeps): SurfaceRoutes => ({
  dialect: 'doctor',
  prefix: '/doctor',
  publicRoutes: openApiRoutes(deps),
  routes: [...changeRoutes(deps), ...statusRoutes(deps)],
  otherRoutes: once(async () => (await import('./other-routes.ts')).otherOperationsRoutes(deps)),
});

/** The handler of the surface. */
export const operationsApi = (deps: OperationsDeps) =>
  createSurface({
    ...operationsRoutes(deps),
    publicUrl: deps.publicUrl,
    ...(deps.allowedOrigins && { allowedOrigins: deps.allowedOrigins }),
    authenticate: deps.authenticate,
    logger: deps.logger,
  });
