/**
 * `/doctor/v1/servers/{uuid}/evacuation`: the newest evacuation of a server, and the report of its end
 * by the program that moves it.
 */

import * as z from 'zod';
import { actorOf } from '../../adapters/http/actor.ts';
import { parsed } from '../../adapters/http/parsed.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import type { Actor } from '../../domain/change.ts';
import type { MoveClaim } from '../../domain/cloud/move-step.ts';
import { noSuch } from '../../domain/errors.ts';
import { may } from '../../domain/identity/access.ts';
import { inFlight } from '../../domain/servers/evacuation.ts';
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
  /** The instance as readers see it; undefined if there is none. */
  readonly seen: (uuid: string) => Promise<Instance | undefined>;
  /** The claim of a move that Nova carries out; undefined if nothing was requested yet. */
  readonly moveClaim: (migration_uuid: string) => Promise<MoveClaim | undefined>;
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

const path = '/v1/servers/:uuid/evacuation';

/** The record of a move as the API shows it. */
function evacuationView({ uuid: instance_uuid, evacuation }: Instance) {
  if (!evacuation) return null;
  const { uuid, number: id, source, dest, status, created_at, updated_at } = evacuation;
  const { executor, reason } = evacuation;
  const times = { created_at, updated_at };
  return {
    migration_uuid: uuid,
    id,
    instance_uuid,
    source,
    dest,
    status,
    executor,
    reason,
    ...times,
  };
}

/** The newest evacuation of a server, and what is known of it while Nova carries it out. */
async function progressOf({ seen, moveClaim }: EvacuationDeps, uuid: string) {
  const instance = await seen(uuid);
  if (!instance) throw noSuch('Instance', uuid);
  const move = inFlight(instance);
  const known = move?.executor === 'openstack' ? await moveClaim(move.uuid) : undefined;
  const evacuation = evacuationView(instance);
  return evacuation && { ...evacuation, progress: known?.progress ?? null };
}

/** The server in the path of a request. */
const uuidOf = (uuid: string | undefined): string => parsed(z.guid(), uuid, 'uuid').toLowerCase();

export const evacuationRoutes = (deps: EvacuationDeps): Route[] => [
  route({
    method: 'GET',
    path,
    roles: may.reportEvacuations,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const evacuation = await progressOf(deps, uuidOf(request.params.uuid));
      return { status: 200, body: { evacuation } };
    },
  }),
  route({
    method: 'POST',
    path,
    roles: may.reportEvacuations,
    query: ignored,
    body: EvacuationReportInput,
    handle: async (request) => {
      const uuid = uuidOf(request.params.uuid);
      const actor = actorOf(request, deps.now());
      const instance = await deps.reportEvacuation(uuid, request.body, actor);
      return { status: 200, body: { evacuation: evacuationView(instance) } };
    },
  }),
];
