/** The routes of the compute surface that report no fault. They are loaded when one is first asked for. */
import type { Route } from '../../adapters/http/route.ts';
import { flavorRoutes } from './flavors.ts';
import { type HostDeps, hostRoutes } from './hosts/hosts.ts';
import { type HypervisorDeps, hypervisorRoutes } from './hosts/hypervisors.ts';
import { type ZoneDeps, zoneRoutes } from './hosts/zones.ts';
import { type MigrationDeps, migrationRoutes } from './migrations/migrations.ts';
import { serverMigrationRoutes } from './migrations/server-migrations.ts';
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

/** What these routes need. */
export type OtherComputeDeps = HypervisorDeps &
  HostDeps &
  MigrationDeps &
  ServerActionDeps &
  ServerDeletionDeps &
  ServerDeps &
  ZoneDeps;

export const otherComputeRoutes = (deps: OtherComputeDeps): readonly Route[] => [
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
];
