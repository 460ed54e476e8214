/**
 * `/doctor/v1/hosts` and `/doctor/v1/servers`: a feed registers hosts and servers. Roles `admin` and
 * `service`.
 */
import * as z from 'zod';
import { actorOf } from '../../adapters/http/actor.ts';
import { parsed } from '../../adapters/http/parsed.ts';
import { ignored } from '../../adapters/http/readers.ts';
import type { ApiResponse } from '../../adapters/http/request.ts';
import { type Route, type RouteRequest, route } from '../../adapters/http/route.ts';
import { noSuch } from '../../domain/errors.ts';
import { type Host, HostName, type HostState } from '../../domain/hosts/host.ts';
import { may } from '../../domain/identity/access.ts';
import { type RegistrationOutcome, reportTime } from '../../domain/registration.ts';
import type { Instance } from '../../domain/servers/instance.ts';
import type { Registered, ReportOrigin } from '../../flows/registration.ts';
import { HostInput, InstanceInput, instanceFacts, ReportedAt } from './registration-input.ts';
import { hostView, instanceView } from './registration-view.ts';

/** The dependencies of the routes. */
export type RegistrationDeps = {
  readonly host: (name: string) => Promise<Host | undefined>;
  readonly stateOf: (host: Host) => HostState;
  readonly seen: (uuid: string) => Promise<Instance | undefined>;
  readonly registerHost: (
    host: string,
    registration: ReportOrigin & { readonly facts: z.infer<typeof HostInput>['facts'] },
  ) => Promise<Registered<Host>>;
  readonly registerInstance: (
    uuid: string,
    registration: ReportOrigin & {
      readonly factsOver: (existing: Instance | undefined) => ReturnType<typeof instanceFacts>;
    },
  ) => Promise<Registered<Instance>>;
  readonly deleteInstance: (uuid: string, when: ReportOrigin) => Promise<Registered<Instance>>;
  readonly now: () => string;
};

const roles = may.registerHostsAndServers;

/** 201 for a new row, else 200. A header says that the report is older than the recorded one. */
const answer = (kind: RegistrationOutcome<unknown>['kind'], body: unknown): ApiResponse => ({
  status: kind === 'created' ? 201 : 200,
  body,
  ...(kind === 'stale' ? { headers: { 'X-Doctor-Stale': 'true' } } : {}),
});

/** The time that a report gives, or now; and its caller. */
function reportOrigin(
  { now }: Pick<RegistrationDeps, 'now'>,
  request: RouteRequest<unknown, unknown>,
  reported_at: string | undefined,
): ReportOrigin {
  const at = now();
  return { reported_at: reportTime(reported_at, at), actor: actorOf(request, at) };
}

/** The routes. */
export const registrationRoutes = (deps: RegistrationDeps): Route[] => [
  ...hostRoutes(deps),
  ...serverRoutes(deps),
];

const hostRoutes = (deps: RegistrationDeps): Route[] => [
  route({
    method: 'PUT',
    path: '/v1/hosts/:host',
    roles,
    query: ignored,
    body: HostInput,
    handle: async (request) => {
      const { facts, reported_at } = request.body;
      const name = parsed(HostName, request.params.host, 'host');
      const done = await deps.registerHost(name, {
        facts,
        ...reportOrigin(deps, request, reported_at),
      });
      return answer(done.kind, { host: hostView(done.row, deps.stateOf(done.row)) });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/hosts/:host',
    roles: may.readRegisteredHosts,
    query: ignored,
    body: ignored,
    handle: async ({ params }) => {
      const name = parsed(HostName, params.host, 'host');
      const host = await deps.host(name);
      if (!host || host.deleted) {
        throw noSuch('Compute host', name);
      }
      return { status: 200, body: { host: hostView(host, deps.stateOf(host)) } };
    },
  }),
];

const serverRoutes = (deps: RegistrationDeps): Route[] => [
  route({
    method: 'PUT',
    path: '/v1/servers/:uuid',
    roles,
    query: ignored,
    body: InstanceInput,
    handle: async (request) => {
      const uuid = parsed(z.guid(), request.params.uuid, 'uuid').toLowerCase();
      const at = reportOrigin(deps, request, request.body.reported_at);
      const done = await deps.registerInstance(uuid, {
        factsOver: (existing) => instanceFacts(request.body, existing, at.actor.at),
        ...at,
      });
      return answer(done.kind, { server: instanceView(done.row) });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/servers/:uuid',
    roles,
    query: ignored,
    body: ignored,
    handle: async ({ params }) => {
      const uuid = parsed(z.guid(), params.uuid, 'uuid').toLowerCase();
      const instance = await deps.seen(uuid);
      if (!instance) throw noSuch('Instance', uuid);
      return { status: 200, body: { server: instanceView(instance) } };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/servers/:uuid',
    roles,
    query: ReportedAt,
    body: ignored,
    handle: async (request) => {
      const uuid = parsed(z.guid(), request.params.uuid, 'uuid').toLowerCase();
      const done = await deps.deleteInstance(uuid, reportOrigin(deps, request, request.args));
      return { ...answer(done.kind, undefined), status: 204 };
    },
  }),
];
