/** `POST /doctor/v1/servers/{uuid}/evacuation`: the program that moves instances reports the end of a move. */

import * as z from 'zod';
import { actorOf } from '../../adapters/http/actor.ts';
import { parsed } from '../../adapters/http/parsed.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import type { Actor } from '../../domain/change.ts';
import { may } from '../../domain/identity/access.ts';
import type { EvacuationReport } from '../../domain/servers/evacuation-end.ts';
import type { Instance } from '../../domain/servers/instance.ts';

/** The dependencies of the route. */
export type EvacuationDeps = {
  /** @throws not_found; conflict if another end of the move was reported. */
  readonly reportEvacuation: (
    uuid: string,
    report: EvacuationReport,
    actor: Actor,
  ) => Promise<Instance>;
  readonly now: () => string;
};

/** The body of the route. */
export const EvacuationReportInput = z
  .strictObject({
    status: z.enum(['done', 'failed']),
    /** The record of the move; absent: the newest. */
    migration_uuid: z
      .guid()
      .transform((uuid) => uuid.toLowerCase())
      .optional(),
  })
  .transform(({ status, migration_uuid }): EvacuationReport => ({ status, migration_uuid }));

/** The record of a move as the API shows it. */
function evacuationView({ uuid: instance_uuid, evacuation }: Instance) {
  if (!evacuation) return null;
  const { uuid, number: id, source, dest, status, created_at, updated_at } = evacuation;
  return { migration_uuid: uuid, id, instance_uuid, source, dest, status, created_at, updated_at };
}

export const evacuationRoutes = ({ reportEvacuation, now }: EvacuationDeps): Route[] => [
  route({
    method: 'POST',
    path: '/v1/servers/:uuid/evacuation',
    roles: may.reportEvacuations,
    query: ignored,
    body: EvacuationReportInput,
    handle: async (request) => {
      const uuid = parsed(z.guid(), request.params.uuid, 'uuid').toLowerCase();
      const instance = await reportEvacuation(uuid, request.body, actorOf(request, now()));
      return { status: 200, body: { evacuation: evacuationView(instance) } };
    },
  }),
];
