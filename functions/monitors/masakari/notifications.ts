/** `/v1/notifications`: what masakari-monitors report. docs/wire/instance-ha.md#notifications. */
import * as z from 'zod';
import { actorOf, reporterOf } from '../../../adapters/http/actor.ts';
import { ignored } from '../../../adapters/http/readers.ts';
import type { Route } from '../../../adapters/http/route.ts';
import type { Observation } from '../../../domain/conditions/observation.ts';
import type {
  notificationStatuses,
  ReceivedNotification,
} from '../../../domain/conditions/received-notification.ts';
import { DomainError, noSuch } from '../../../domain/errors.ts';
import type { Host } from '../../../domain/hosts/host.ts';
import { type Caller, may } from '../../../domain/identity/access.ts';
import { parseMoment } from '../../../domain/time.ts';
import { type HaRequest, haRoute } from './ha-route.ts';
import { notificationQuery } from './list-query.ts';
import { type HaNotification, NotificationBody } from './notification-input.ts';
import { pageOfNotifications } from './notification-list.ts';
import { reportOf } from './notification-report.ts';
import { notificationView } from './notification-view.ts';

/** The outcome of the report of one observation. */
export type HaOutcome = 'raised' | 'renewed' | 'cleared' | 'ignored' | 'unmatched';

type By = {
  readonly actor: ReturnType<typeof actorOf>;
  readonly reporter: ReturnType<typeof reporterOf>;
};

export type NotificationDeps = {
  /** The host's row by any spelling of its name, tombstones included. */
  readonly host: (name: string) => Promise<Host | undefined>;
  /**
   * @throws DomainError `forbidden` for a caller who is not one of the reporters of the source
   * `masakari`.
   */
  readonly requireReporter: (caller: Pick<Caller, 'user_id'>) => Promise<void>;
  /** Reports an observation of the source `masakari`. */
  readonly observe: (observation: Observation, by: By) => Promise<HaOutcome>;
  /** Keeps a notification. */
  readonly keepNotification: (notification: ReceivedNotification) => Promise<void>;
  readonly notification: (uuid: string) => Promise<ReceivedNotification | undefined>;
  /** The newest notifications, at most `mostNotificationsRead`. */
  readonly notifications: () => Promise<readonly ReceivedNotification[]>;
  readonly now: () => string;
  readonly newId: () => string;
};

export const notificationRoutes = (deps: NotificationDeps): Route[] => [
  haRoute({
    method: 'POST',
    path: '/v1/notifications',
    basic: true,
    roles: may.sendHaNotifications,
    query: ignored,
    body: NotificationBody,
    handle: (request) => create(deps, request),
  }),
  haRoute({
    method: 'GET',
    path: '/v1/notifications',
    roles: may.readHosts,
    query: notificationQuery,
    body: ignored,
    handle: async ({ args }) => {
      const listed = pageOfNotifications(await deps.notifications(), args);
      return { status: 200, body: { notifications: listed.map(notificationView) } };
    },
  }),
  haRoute({
    method: 'GET',
    path: '/v1/notifications/:uuid',
    roles: may.sendHaNotifications,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      const notification = await notificationOfPath(deps, request);
      const { before: minor } = request;
      const details = minor >= 1 ? { recovery_workflow_details: [] } : {};
      return {
        status: 200,
        body: { notification: { ...notificationView(notification), ...details } },
      };
    },
  }),
  haRoute({
    method: 'GET',
    path: '/v1/notifications/:uuid/vmoves',
    roles: may.readHosts,
    query: ignored,
    body: ignored,
    handle: async (request) => {
      // The moves of servers came with 1.3.
      if (request.before < 3)
        throw new DomainError('not_found', 'The resource could not be found.');
      await notificationOfPath(deps, request);
      return { status: 200, body: { vmoves: [] } };
    },
  }),
];

/**
 * The condition first, then the notification's row: if the function dies in between, the monitor
 * sends the notification again, and the fault is not lost.
 */
async function create(deps: NotificationDeps, request: HaRequest<HaNotification, undefined>) {
  const { body } = request;
  const host = await deps.host(body.hostname);
  // The monitors give up at 400 and 409, and block at any other refusal.
  if (!host || host.deleted) {
    throw new DomainError('invalid', `Host with name ${body.hostname} could not be found.`);
  }
  const created_at = deps.now();
  const outcome = await outcomeOf(deps, request);
  if (outcome === 'renewed') {
    throw new DomainError(
      'conflict',
      `Notification received from host ${body.hostname} of type '${body.type}' is duplicate.`,
    );
  }
  const notification: ReceivedNotification = {
    notification_uuid: deps.newId(),
    type: body.type,
    source_host_uuid: host.hypervisor_id,
    generated_time: parseMoment(body.generated_time) ?? created_at,
    status: statusAfter(outcome),
    payload: { ...body.payload },
    created_at,
  };
  await deps.keepNotification(notification);
  return { status: 202, body: { notification: notificationView(notification) } };
}

async function outcomeOf(
  deps: NotificationDeps,
  request: HaRequest<HaNotification, undefined>,
): Promise<HaOutcome> {
  const report = reportOf(request.body);
  if (report.kind === 'ignored') {
    await deps.requireReporter(request.caller);
    return 'ignored';
  }
  return deps.observe(report.observation, {
    actor: actorOf(request, deps.now()),
    reporter: reporterOf(request.caller),
  });
}

const statusAfter = (outcome: HaOutcome): (typeof notificationStatuses)[number] =>
  outcome === 'raised' || outcome === 'cleared' ? 'finished' : 'ignored';

async function notificationOfPath(
  deps: NotificationDeps,
  { params }: HaRequest<unknown, unknown>,
): Promise<ReceivedNotification> {
  const uuid = z.guid().safeParse(params.uuid);
  const found = uuid.success ? await deps.notification(uuid.data.toLowerCase()) : undefined;
  if (found) return found;
  const shown = (params.uuid ?? '').slice(0, 100);
  throw noSuch('Notification', shown);
}
