/** `POST /doctor/v1/hosts/{host}/heartbeat`: a host, or its agent, says that it runs. */
import * as z from 'zod';
import { ignored, parsed, type Route, route } from '../../adapters/http/route.ts';
import { HostName } from '../../domain/hosts/host.ts';
import { may } from '../../domain/identity/access.ts';
import type { HeartbeatReport } from '../../flows/note-heartbeat.ts';

export type Deps = {
  /** @throws not_found if there is no such host. */
  readonly noteHeartbeat: (host: string, heard: HeartbeatReport) => Promise<void>;
  readonly now: () => string;
};

/**
 * `restarted`: nova-compute has started anew. Each start is told once: a repeat counts as another. A
 * host that sends no body, or says nothing of a restart, runs. Another key is refused: it may be a
 * `restarted` that is misspelt.
 */
export const Heartbeat = z.strictObject({ restarted: z.boolean().nullish() }).prefault({});

export const heartbeatRoutes = ({ noteHeartbeat, now }: Deps): Route[] => [
  route({
    method: 'POST',
    path: '/v1/hosts/:host/heartbeat',
    roles: may.sendHeartbeats,
    query: ignored,
    body: Heartbeat,
    handle: async ({ params, body: { restarted } }) => {
      const heard = { at: now(), restarted: restarted ?? false };
      await noteHeartbeat(parsed(HostName, params.host, 'host'), heard);
      return { status: 204 };
    },
  }),
];
