/** `os-migrations`, for administrators: all evacuations. Doctor has no other migrations. */
import { fitting } from '../../../adapters/http/answer-size.ts';
import { atLeast, type Microversion } from '../../../adapters/http/microversion.ts';
import { nextLink } from '../../../adapters/http/next-link.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, route } from '../../../adapters/http/route.ts';
import { microseconds } from '../../../dialects/openstack-times.ts';
import type { Host } from '../../../domain/hosts/host.ts';
import { spellingOf } from '../../../flows/host-spelling.ts';
import { type MigrationPages, pageOfMigrations, type SeenMigration } from './migration-list.ts';
import { type MigrationFilter, migrationQueries } from './migration-query.ts';

export type MigrationDeps = MigrationPages & {
  /** The host's row by any spelling of its name. */
  readonly host: (name: string) => Promise<Host | undefined>;
};

/** The filter, with hosts in the spelling of their registration. */
async function spelled(deps: MigrationDeps, filter: MigrationFilter): Promise<MigrationFilter> {
  const { host, source_compute } = filter;
  return {
    ...filter,
    host: host && (await spellingOf(deps, host)),
    source_compute: source_compute && (await spellingOf(deps, source_compute)),
  };
}

export const migrationRoutes = (deps: MigrationDeps): Route[] =>
  migrationQueries.map(({ from, to, query }) =>
    route({
      method: 'GET',
      path: '/v2.1/os-migrations',
      versions: to === undefined ? { from } : { from, to },
      roles: ['admin'],
      query,
      body: ignored,
      handle: async (request) => {
        const { migrations, next: end } = await pageOfMigrations(
          deps,
          await spelled(deps, request.args),
        );
        const shown = fitting(migrations.map((seen) => migrationView(seen, request.microversion)));
        const cut = shown.length < migrations.length;
        const last = cut ? migrations[shown.length - 1]?.migration : end;
        const next =
          atLeast(request.microversion, '2.59') && last ? nextLink(request, last.uuid) : undefined;
        return {
          status: 200,
          body: {
            migrations: shown,
            ...(next ? { migrations_links: [{ rel: 'next', href: next }] } : {}),
          },
        };
      },
    }),
  );

/**
 * A record as Nova shows it; it has no flavors for evacuations. Source: nova
 * `api/openstack/compute/migrations.py`.
 */
function migrationView(
  { migration, status, updated_at }: SeenMigration,
  microversion: Microversion,
) {
  const from = (version: string, fields: object) => (atLeast(microversion, version) ? fields : {});
  const { number, uuid, instance_uuid, source, dest, dest_ip, created_at } = migration;
  const { user_id, project_id } = migration;
  return {
    id: number,
    status,
    instance_uuid,
    source_compute: source,
    source_node: source,
    dest_compute: dest,
    dest_node: dest,
    dest_host: dest_ip,
    old_instance_type_id: null,
    new_instance_type_id: null,
    created_at: microseconds(created_at),
    updated_at: microseconds(updated_at),
    ...from('2.23', { migration_type: 'evacuation' }),
    ...from('2.59', { uuid }),
    ...from('2.80', { user_id, project_id }),
  };
}
