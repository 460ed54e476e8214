/** `POST /doctor/v1/hosts/{host}/heartbeat`: a host, or its agent, reports that it runs. */
import * as z from 'zod';
import { parsed } from '../../adapters/http/parsed.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { HostName } from '../../domain/hosts/host.ts';
import { may } from '../../domain/identity/access.ts';
import type { HeartbeatReport } from '../../flows/note-heartbeat.ts';

/** The dependencies of the route. */
export type HeartbeatDeps = {
  /** @throws not_found if there is no such host. */
  readonly noteHeartbeat: (host: string, report: HeartbeatReport) => Promise<void>;
  readonly now: () => string;
};

/**
 * The body. `restarted`: nova-compute has restarted. A host reports each restart once; a repeated
 * report counts as another restart. Without a body, or without `restarted`, the host only runs. Other
 * keys are refused, because they may be a misspelt `restarted`.
 */
export const Heartbeat = z.strictObject({ restarted: z.boolean().nullish() }).prefault({});

export const heartbeatRoutes = ({ noteHeartbeat, now }: HeartbeatDeps): Route[] => [
  route({
    method: 'POST',
    path: '/v1/hosts/:host/heartbeat',
    roles: may.sendHeartbeats,
    query: ignored,
    body: Heartbeat,
    handle: async ({ params, body: { restarted } }) => {
      const report = { at: now(), restarted: restarted ?? false };
      await noteHeartbeat(parsed(HostName, params.host, 'host'), report);
      return { status: 204 };
    },
  }),
];
