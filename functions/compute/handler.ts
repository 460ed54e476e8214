/** The compute surface: Nova's API, as far as faults need it. */
import { createSurface, type Surface } from '../../adapters/http/surface.ts';
import { flavorRoutes } from './flavors.ts';
import { type HostDeps, hostRoutes } from './hosts.ts';
import { type HypervisorDeps, hypervisorRoutes } from './hypervisors.ts';
import { instanceActionRoutes } from './instance-actions.ts';
import { limitRoutes } from './limits.ts';
import { type MigrationDeps, migrationRoutes } from './migrations.ts';
import { withoutProject } from './project-segment.ts';
import { type ServerActionDeps, serverActionRoutes } from './server-actions.ts';
import { serverAddressRoutes } from './server-addresses.ts';
import { serverCreationRoutes } from './server-creation.ts';
import { type ServerDeletionDeps, serverDeletionRoutes } from './server-deletion.ts';
import { serverMetadataRoutes } from './server-metadata.ts';
import { serverMigrationRoutes } from './server-migrations.ts';
import { serverTagRoutes } from './server-tags.ts';
import { serverUpdateRoutes } from './server-update.ts';
import { type ServerDeps, serverRoutes } from './servers.ts';
import { type ServiceDeps, serviceRoutes } from './services.ts';
import { tenantUsageRoutes } from './tenant-usage.ts';
import { versionRoutes } from './versions.ts';
import { type ZoneDeps, zoneRoutes } from './zones.ts';

export type Deps = Pick<Surface, 'authenticate' | 'logger' | 'publicUrl'> &
  HypervisorDeps &
  HostDeps &
  MigrationDeps &
  ServerActionDeps &
  ServerDeletionDeps &
  ServerDeps &
  ServiceDeps &
  ZoneDeps;

/** A server's bookmark has no version: it leads to the server all the same. */
const bookmarked = (path: string): string => (path.startsWith('/servers/') ? `/v2.1${path}` : path);

export const createHandler = (deps: Deps) =>
  createSurface({
    dialect: 'compute',
    prefix: '/compute',
    publicUrl: deps.publicUrl,
    authenticate: deps.authenticate,
    logger: deps.logger,
    normalise: (path, caller) => withoutProject(bookmarked(path), caller),
    microversions: true,
    publicRoutes: versionRoutes,
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
