/** The compute surface: the part of Nova's API that fault management needs. */
import { createSurface, type Surface, type SurfaceRoutes } from '../../adapters/http/surface.ts';
import { flavorRoutes } from './flavors.ts';
import { type HostDeps, hostRoutes } from './hosts/hosts.ts';
import { type HypervisorDeps, hypervisorRoutes } from './hosts/hypervisors.ts';
import type { ServiceDeps } from './hosts/service-deps.ts';
import { serviceRoutes } from './hosts/services.ts';
import { type ZoneDeps, zoneRoutes } from './hosts/zones.ts';
import { type MigrationDeps, migrationRoutes } from './migrations/migrations.ts';
import { serverMigrationRoutes } from './migrations/server-migrations.ts';
import { withoutProject } from './project-segment.ts';
import { instanceActionRoutes } from './servers/instance-actions.ts';
import { type ServerActionDeps, serverActionRoutes } from './servers/server-actions.ts';
import { serverAddressRoutes } from './servers/server-addresses.ts';
import { serverCreationRoutes } from './servers/server-creation.ts';
import { type ServerDeletionDeps, serverDeletionRoutes } from './servers/server-deletion.ts';
import { serverMetadataRoutes } from './servers/server-metadata.ts';
import { serverTagRoutes } from './servers/server-tags.ts';
import { serverUpdateRoutes } from './servers/server-update.ts';
import { type ServerDeps, serverRoutes } from './servers/servers.ts';
import { limitRoutes } from './usage/limits.ts';
import { tenantUsageRoutes } from './usage/tenant-usage.ts';
import { computeVersionRoutes } from './versions.ts';

/** What the routes need. */
export type ComputeRouteDeps = HypervisorDeps &
  HostDeps &
  MigrationDeps &
  ServerActionDeps &
  ServerDeletionDeps &
  ServerDeps &
  ServiceDeps &
  ZoneDeps;

/** What the surface needs. */
export type ComputeDeps = Pick<
  Surface,
  'allowedOrigins' | 'authenticate' | 'logger' | 'publicUrl'
> &
  ComputeRouteDeps;

/** Adds the version to the path of a server's bookmark, which has none. */
const bookmarked = (path: string): string => (path.startsWith('/servers/') ? `/v2.1${path}` : path);

/** The routes of the surface. */
export const computeRoutes = (deps: ComputeRouteDeps): SurfaceRoutes => ({
  dialect: 'compute',
  prefix: '/compute',
  normalise: (path, caller) => withoutProject(bookmarked(path), caller),
  microversions: true,
  publicRoutes: computeVersionRoutes,
  routes: [
    ...serviceRoutes(deps),
    ...hypervisorRoutes(deps),
    ...hostRoutes(deps),
    ...serverRoutes(deps),
    ...serverActionRoutes(deps),
    ...serverUpdateRoutes(deps),
    ...serverMetadataRoutes(deps),
    ...serverTagRoutes(deps),
    ...serverAddressRoutes(deps),
    ...serverMigrationRoutes(deps),
    ...instanceActionRoutes(deps),
    ...serverDeletionRoutes(deps),
    ...serverCreationRoutes,
    ...migrationRoutes(deps),
    ...flavorRoutes,
    ...limitRoutes(deps),
    ...tenantUsageRoutes(deps),
    ...zoneRoutes(deps),
  ],
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
