/** `POST /doctor/v1/hosts/{host}/heartbeat`: a host, or its agent, says that it runs. */
import * as z from 'zod';
import { ignored, parsed, type Route, route } from '../../adapters/http/route.ts';
import { HostName } from '../../domain/hosts/host.ts';
import type { Heard } from '../../flows/note-heartbeat.ts';

export type Deps = {
  /** @throws not_found if there is no such host. */
  readonly noteHeartbeat: (host: string, heard: Heard) => Promise<void>;
  readonly now: () => string;
};

/** `restarted`: nova-compute has started anew. Each start is told once: a repeat counts as another. */
export const Heartbeat = z.strictObject({ restarted: z.boolean().optional() });

export const heartbeatRoutes = ({ noteHeartbeat, now }: Deps): Route[] => [
  route({
    method: 'POST',
    path: '/v1/hosts/:host/heartbeat',
    roles: ['admin', 'service'],
    query: ignored,
    body: Heartbeat,
    handle: async ({ params, body: { restarted = false } }) => {
      await noteHeartbeat(parsed(HostName, params.host, 'host'), { at: now(), restarted });
      return { status: 204 };
    },
  }),
];
