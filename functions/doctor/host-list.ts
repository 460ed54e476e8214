/** `GET /doctor/v1/hosts`: the registered hosts, short, each with the state that operators look for first. */
import * as z from 'zod';
import { nextLink } from '../../adapters/http/next-link.ts';
import { limitUpTo, once } from '../../adapters/http/query-fields.ts';
import { ignored } from '../../adapters/http/readers.ts';
import { type Route, route } from '../../adapters/http/route.ts';
import { HostName } from '../../domain/hosts/host.ts';
import { hostGroupOf } from '../../domain/hosts/host-counts.ts';
import type { HostRange, ListedHost } from '../../domain/hosts/listed-host.ts';
import { may } from '../../domain/identity/access.ts';

/** The dependencies of the route. */
export type HostListDeps = {
  /** Registered hosts in a range, by name, read consistently. */
  readonly hostsIn: (range: HostRange) => Promise<readonly ListedHost[]>;
  /** A host that once sent a heartbeat is silent when it has sent none for longer. */
  readonly serviceDownTimeSeconds: number;
  readonly now: () => string;
};

/** The largest page, and the size of a page without `limit`. */
const maxPage = 1_000;

/** The query; an unknown key is refused. `marker`: the name of the last host of the page before. */
export const HostListQuery = z.strictObject({
  marker: once(HostName),
  limit: limitUpTo(maxPage),
});

/** Roles `admin`, `service` and `monitor`, as for one host. */
export const hostListRoutes = ({ hostsIn, serviceDownTimeSeconds, now }: HostListDeps): Route[] => [
  route({
    method: 'GET',
    path: '/v1/hosts',
    roles: may.readRegisteredHosts,
    query: HostListQuery,
    body: ignored,
    handle: async (request) => {
      const { marker, limit = maxPage } = request.args;
      const found = await hostsIn({ after: marker, most: limit + 1 });
      const page = found.slice(0, limit);
      const last = found.length > limit ? page.at(-1)?.host : undefined;
      const clock = { now: now(), serviceDownTimeSeconds };
      return {
        status: 200,
        body: {
          hosts: page.map((host) => ({
            host: host.host,
            zone: host.zone,
            state: hostGroupOf(host, clock),
            status: host.status,
            forced_down: host.forced_down,
            maintenance: host.maintenance,
            updated_at: host.updated_at,
          })),
          ...(last !== undefined && { next: nextLink(request, last) }),
        },
      };
    },
  }),
];
