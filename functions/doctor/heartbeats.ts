/** `POST /doctor/v1/hosts/{host}/heartbeat`: a host, or its agent, says that it runs. */
import * as z from 'zod';
import { ignored, parsed, type Route, route } from '../../adapters/http/route.ts';
import { HostName } from '../../domain/host.ts';

export type Deps = {
  /** @throws not_found if there is no such host. */
  readonly noteHeartbeat: (host: string, at: string) => Promise<void>;
  readonly now: () => string;
};

/** `restarted` says that nova-compute has started anew; nothing waits for it yet. */
export const Heartbeat = z.strictObject({ restarted: z.boolean().optional() });

export const heartbeatRoutes = ({ noteHeartbeat, now }: Deps): Route[] => [
  route({
    method: 'POST',
    path: '/v1/hosts/:host/heartbeat',
    roles: ['admin', 'service'],
    query: ignored,
    body: Heartbeat,
    handle: async ({ params }) => {
      await noteHeartbeat(parsed(HostName, params.host, 'host'), now());
      return { status: 204 };
    },
  }),
];
