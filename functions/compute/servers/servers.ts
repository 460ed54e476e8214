/** `servers`: lists of servers, and one server. All are shown settled. */
import { fitting } from '../../../adapters/http/answer-size.ts';
import { nextLink } from '../../../adapters/http/next-link.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import type { Host, HostState } from '../../../domain/hosts/host.ts';
import { isAdmin } from '../../../domain/identity/access.ts';
import { inAnySpelling } from '../../../flows/host-spelling.ts';
import type { SeenInstance } from '../../../flows/read-servers.ts';
import { type OneServerDeps, serverOf } from './one-server.ts';
import { pageOfServers } from './server-list.ts';
import type { ServerPages } from './server-pages.ts';
import { filterFor } from './server-policy.ts';
import { serverEras } from './server-query.ts';
import { briefServer, detailedServer, type ServerView } from './server-view.ts';

export type ServerDeps = ServerPages &
  OneServerDeps & {
    /** nova-compute's state now. */
    readonly stateOf: (host: Host) => HostState;
    /** The host's row by any spelling of its name. */
    readonly host: (name: string) => Promise<Host | undefined>;
  };

type Request = RouteRequest<unknown, unknown>;

/** The view for the caller of a request. */
export const viewOf = (
  { microversion, caller, base }: Request,
  stateOf: ServerDeps['stateOf'],
  single: boolean,
): ServerView => ({
  stateOf,
  microversion,
  admin: isAdmin(caller),
  base,
  single,
});

export function serverRoutes(deps: ServerDeps): Route[] {
  const list = (path: string, show: (seen: SeenInstance, view: ServerView) => unknown): Route[] =>
    serverEras.map((era) =>
      route({
        method: 'GET',
        path,
        roles: ['reader'],
        ...era,
        body: ignored,
        handle: async (request) => {
          const view = viewOf(request, deps.stateOf, false);
          const filter = filterFor(request, request.args);
          const { servers, next } = await inAnySpelling(
            deps,
            filter.host,
            (host) => pageOfServers(deps, { ...filter, host }),
            (page) => page.servers.length === 0,
          );
          const shown = fitting(servers.map((server) => show(server, view)));
          const cut = shown.length < servers.length;
          const marker = cut ? servers[shown.length - 1]?.instance.uuid : next;
          const links = marker && [{ rel: 'next', href: nextLink(request, marker) }];
          return { status: 200, body: { servers: shown, ...(links && { servers_links: links }) } };
        },
      }),
    );

  return [
    ...list('/v2.1/servers', ({ instance }, view) => briefServer(instance, view)),
    ...list('/v2.1/servers/detail', detailedServer),
    route({
      method: 'GET',
      path: '/v2.1/servers/:id',
      roles: ['reader'],
      query: ignored,
      body: ignored,
      handle: async (request) => {
        const seen = await serverOf(deps, request);
        return {
          status: 200,
          body: { server: detailedServer(seen, viewOf(request, deps.stateOf, true)) },
        };
      },
    }),
  ];
}
