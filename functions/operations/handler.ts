/**
 * The part of `/doctor/v1` that consoles and operators read, and silences. It is a function of its
 * own: requests that are held until something changes must not take the concurrency of reports (ADR
 * 0039).
 */
import { createSurface, type Surface, type SurfaceRoutes } from '../../adapters/http/surface.ts';
import { type ChangeDeps, changeRoutes } from './changes.ts';
import { type DeadLetterDeps, deadLetterRoutes } from './dead-letters.ts';
import { type HostHistoryDeps, hostHistoryRoutes } from './host-history.ts';
import { type OpenApiDeps, openApiRoutes } from './openapi.ts';
import { type SilenceDeps, silenceRoutes } from './silences.ts';
import { type StatusDeps, statusRoutes } from './status.ts';

/** What the routes need. */
export type OperationsRouteDeps = OpenApiDeps &
  ChangeDeps &
  StatusDeps &
  HostHistoryDeps &
  DeadLetterDeps &
  SilenceDeps;

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
  routes: [
    ...changeRoutes(deps),
    ...statusRoutes(deps),
    ...hostHistoryRoutes(deps),
    ...deadLetterRoutes(deps),
    ...silenceRoutes(deps),
  ],
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
