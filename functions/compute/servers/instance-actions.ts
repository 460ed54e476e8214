/**
 * `servers/{id}/os-instance-actions`: actions on a server. Doctor stores only the last change of a row.
 * The list has that change if it was one of Nova's actions; else it is empty.
 */
import * as z from 'zod';
import { atLeast } from '../../../adapters/http/microversion.ts';
import { MomentText } from '../../../adapters/http/moment-text.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import { type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import { microseconds } from '../../../dialects/openstack-times.ts';
import { DomainError } from '../../../domain/errors.ts';
import { evacuateEvent } from '../../../domain/events/event.ts';
import { isAdmin } from '../../../domain/identity/access.ts';
import type { Instance } from '../../../domain/servers/instance.ts';
import type { SeenInstance } from '../../../flows/read-servers.ts';
import { Limit, lastOf } from '../nova-types.ts';
import { type OneServerDeps, serverFor } from './one-server.ts';
import type { ServerPages } from './server-pages.ts';

export type InstanceActionDeps = OneServerDeps & Pick<ServerPages, 'allSeen'>;

/** Nova's actions, by the type of the event of the change. */
const byEvent = new Map([
  ['compute.instance.create.end', 'create'],
  ['compute.instance.delete.end', 'delete'],
  ['compute.instance.lock', 'lock'],
  ['compute.instance.unlock', 'unlock'],
  [evacuateEvent, 'evacuate'],
]);

/** Nova's actions, by the task that ended with the change. */
const byTask = new Map([
  ['powering-off', 'stop'],
  ['powering-on', 'start'],
  ['rebuilding', 'evacuate'],
]);

/** The action of the last change; undefined if it was no action of a user, such as a fault. */
function actionOf({ last_change, evacuation }: Instance): string | undefined {
  const { event_type, old_task_state, fault_id } = last_change;
  if (fault_id !== null) return undefined;
  const named = byEvent.get(event_type);
  if (named !== undefined) return named;
  const action = byTask.get(old_task_state ?? '');
  return action === 'evacuate' && !evacuation ? undefined : action;
}

type Request = RouteRequest<unknown, unknown>;

/** The server of the path. From 2.21 on it may be deleted, as long as its row is kept. */
const serverIn = (deps: InstanceActionDeps, request: Request): Promise<SeenInstance> => {
  const seen: OneServerDeps['seen'] = async (uuid) =>
    (await deps.allSeen([uuid], { deleted: true }))[0];
  const reading = atLeast(request.microversion, '2.21') ? { seen } : deps;
  return serverFor('reader', reading, request);
};

/**
 * Tenants see only their own actions: another user may be an administrator, whose id they must not
 * see.
 */
function actionsOf(instance: Instance, { caller, microversion }: Request) {
  const action = actionOf(instance);
  const { at, request_id, user_id } = instance.last_change;
  if (action === undefined || !(isAdmin(caller) || user_id === caller.user_id)) return [];
  return [
    {
      action,
      instance_uuid: instance.uuid,
      request_id,
      user_id,
      project_id: instance.project_id,
      start_time: microseconds(at),
      message: null,
      ...(atLeast(microversion, '2.58') ? { updated_at: microseconds(at) } : {}),
    },
  ];
}

const Paged = z.strictObject({
  limit: lastOf(Limit),
  marker: lastOf(z.string().max(255)),
  'changes-since': lastOf(MomentText),
});

/** The queries of the list, by microversion. */
const eras: readonly {
  readonly from: string;
  readonly to?: string;
  readonly query: z.ZodType<
    Partial<z.infer<typeof Paged>> & { 'changes-before'?: string | undefined }
  >;
}[] = [
  { from: '2.1', to: '2.57', query: z.object({}) },
  { from: '2.58', to: '2.65', query: Paged },
  { from: '2.66', query: Paged.extend({ 'changes-before': lastOf(MomentText) }) },
];

export function instanceActionRoutes(deps: InstanceActionDeps): Route[] {
  const path = '/v2.1/servers/:id/os-instance-actions';
  return [
    ...eras.map(({ query, ...versions }) =>
      route({
        method: 'GET',
        path,
        versions,
        query,
        body: ignored,
        handle: async (request) => {
          const { instance } = await serverIn(deps, request);
          const { at, request_id } = instance.last_change;
          const { limit = 1, marker, ...changes } = request.args;
          const all = actionsOf(instance, request);
          if (marker !== undefined && (all.length === 0 || marker !== request_id)) {
            throw new DomainError('invalid', `marker [${marker}] not found`);
          }
          const { 'changes-since': since = '', 'changes-before': before = '~' } = changes;
          const inList = limit > 0 && marker === undefined && at >= since && at <= before;
          return { status: 200, body: { instanceActions: inList ? all : [] } };
        },
      }),
    ),
    route({
      method: 'GET',
      path: `${path}/:request_id`,
      query: ignored,
      body: ignored,
      handle: async (request) => {
        const { instance } = await serverIn(deps, request);
        const { request_id = '' } = request.params;
        const found = actionsOf(instance, request).find((each) => each.request_id === request_id);
        if (!found) {
          const what = request_id.slice(0, 100);
          throw new DomainError('not_found', `Action for request_id ${what} not found`);
        }
        return { status: 200, body: { instanceAction: { ...found, events: [] } } };
      },
    }),
  ];
}
