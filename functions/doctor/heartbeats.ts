/**
 * `POST /doctor/v1/hosts/{host}/heartbeat`: a host, or its agent, reports that it runs.
 * `POST /doctor/v1/heartbeats`: an agent reports up to 100 hosts that run.
 */
import * as z from 'zod';
import { parsed } from '../../adapters/http/parsed.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { HeartbeatNames } from '../../domain/hosts/heartbeats.ts';
import { HostName } from '../../domain/hosts/host.ts';
import { may } from '../../domain/identity/access.ts';
import type { HeartbeatReport } from '../../flows/note-heartbeat.ts';

/** The dependencies of the routes. */
export type HeartbeatDeps = {
  /** @throws not_found if there is no such host. */
  readonly noteHeartbeat: (host: string, report: HeartbeatReport) => Promise<void>;
  /** Records heartbeats of a time. @returns the names of hosts that are not registered. */
  readonly noteHeartbeats: (hosts: readonly string[], at: string) => Promise<readonly string[]>;
  readonly now: () => string;
};

/**
 * The body. `restarted`: nova-compute has restarted. A host reports each restart once; a repeated
 * report counts as another restart. Without a body, or without `restarted`, the host only runs. Other
 * keys are refused, because they may be a misspelt `restarted`.
 */
export const Heartbeat = z.strictObject({ restarted: z.boolean().nullish() }).prefault({});

/** The body with many hosts: at least one. */
export const Heartbeats = z.strictObject({
  heartbeats: HeartbeatNames.min(1, 'At least one is required.'),
});

/** The outcome of a host's heartbeat; `unknown`: no host of the name is registered. */
type HeartbeatOutcome = 'noted' | 'unknown';

/** The routes. */
export const heartbeatRoutes = ({ noteHeartbeat, noteHeartbeats, now }: HeartbeatDeps): Route[] => [
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
  route({
    method: 'POST',
    path: '/v1/heartbeats',
    roles: may.sendHeartbeats,
    query: ignored,
    body: Heartbeats,
    handle: async ({ body }) => {
      const hosts = [...new Set(body.heartbeats)];
      const unknown = new Set(await noteHeartbeats(hosts, now()));
      const outcomeOf = (host: string): HeartbeatOutcome =>
        unknown.has(host) ? 'unknown' : 'noted';
      const heartbeats = hosts.map((host) => ({ host, outcome: outcomeOf(host) }));
      return { status: 200, body: { heartbeats, unknown: [...unknown] } };
    },
  }),
];
