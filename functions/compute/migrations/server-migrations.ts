/**
 * `servers/{id}/migrations`, from 2.23 on: live migrations in progress. The list is always empty, because
 * Doctor has none. Evacuations are in `os-migrations`, as in Nova.
 * Source: nova `api/openstack/compute/server_migrations.py`.
 */
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, route } from '../../../adapters/http/route.ts';
import { DomainError } from '../../../domain/errors.ts';
import { type OneServerDeps, serverFor } from '../servers/one-server.ts';

export function serverMigrationRoutes(deps: OneServerDeps): Route[] {
  const path = '/v2.1/servers/:id/migrations';
  const versions = { from: '2.23' };
  const shared = { method: 'GET', versions, query: ignored, body: ignored } as const;
  return [
    route({
      ...shared,
      path,
      handle: async (request) => {
        await serverFor('admin', deps, request);
        return { status: 200, body: { migrations: [] } };
      },
    }),
    route({
      ...shared,
      path: `${path}/:migration_id`,
      handle: async (request) => {
        const { instance } = await serverFor('admin', deps, request);
        const id = (request.params.migration_id ?? '').slice(0, 100);
        throw new DomainError(
          'not_found',
          `In-progress live migration ${id} is not found for server ${instance.uuid}.`,
        );
      },
    }),
  ];
}
