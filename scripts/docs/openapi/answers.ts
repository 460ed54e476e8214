/**
 * The answers of the routes of `/doctor/v1`, by method and path. The functions do not use these
 * schemas; `test/e2e/openapi.test.ts` compares them with the answers of the deployed API.
 */
import * as z from 'zod';
import { changeKinds } from '../../../domain/activity/change-feed.ts';
import { previewEffects } from '../../../domain/alarms/preview.ts';
import { Fault as FaultRow } from '../../../domain/hosts/fault.ts';
import { hostGroups } from '../../../domain/hosts/host-counts.ts';
import { historyKinds } from '../../../domain/hosts/host-history.ts';
import { CloudJob, Walk } from '../../../domain/mirror/cloud-job.ts';
import { DataPlaneStatus } from '../../../domain/ports/port.ts';
import { Moment } from '../../../domain/time.ts';
import {
  count,
  DeadLetterQueueName,
  Host,
  ItemOutcome,
  ListedFault,
  Minute,
  next,
  Server,
  ShownAlarmTest,
  ShownCondition,
  ShownDeadLetter,
  ShownEvacuation,
  ShownSilence,
  ShownSubscription,
  Source,
  Status,
  UnmatchedItem,
  User,
  uuid,
  Version,
} from './answer-schemas.ts';

/** An answer: its statuses and its body; undefined without a body. */
export type Answer = { readonly statuses: readonly number[]; readonly body?: z.ZodType };

const answer = (body: z.ZodType, ...statuses: number[]): Answer => ({
  statuses: statuses.length === 0 ? [200] : statuses,
  body,
});
const empty: Answer = { statuses: [204] };

const one = (key: string, schema: z.ZodType, ...statuses: number[]): Answer =>
  answer(z.strictObject({ [key]: schema }), ...statuses);
const page = (key: string, schema: z.ZodType): Answer =>
  answer(z.strictObject({ [key]: z.array(schema), next }));
const outcomes = answer(
  z.strictObject({ items: z.array(ItemOutcome), left_out: z.int().min(1).optional() }),
);

const ofSource = (path: string): Record<string, Answer> => ({
  [`GET ${path}`]: one('source', Source),
  [`PUT ${path}`]: one('source', Source),
  [`DELETE ${path}`]: empty,
});

const changesShape = {
  cursor: z.string(),
  reset: z.boolean(),
  held: z.boolean(),
  changes: z.partialRecord(z.enum(changeKinds), z.array(z.string())),
  reload: z.array(z.enum(changeKinds)),
};

const ofDoctor: Readonly<Record<string, Answer>> = {
  'GET /doctor/': answer(z.strictObject({ versions: z.array(Version) })),
  'GET /doctor/v1': answer(z.strictObject({ version: Version })),
  'GET /doctor/v1/openapi.json': answer(z.looseObject({ openapi: z.literal('3.1.0') })),
  'GET /doctor/v1/changes': answer(z.strictObject(changesShape)),
  'POST /doctor/v1/changes': answer(
    z.strictObject({
      ...changesShape,
      answers: z.array(
        z.strictObject({
          read: count,
          id: z.string().nullable(),
          status: z.int(),
          body: z.unknown().optional(),
        }),
      ),
    }),
  ),
  'GET /doctor/v1/status': answer(Status),
  'GET /doctor/v1/rates': answer(z.strictObject({ minutes: z.array(Minute) })),
  'GET /doctor/v1/dead-letters': answer(
    z.strictObject({
      queues: z.array(
        z.strictObject({
          name: DeadLetterQueueName,
          count,
          holds: z.string(),
          redrivable: z.boolean(),
        }),
      ),
    }),
  ),
  'GET /doctor/v1/dead-letters/{queue}': page('messages', ShownDeadLetter),
  'GET /doctor/v1/dead-letters/{queue}/{id}': one('message', ShownDeadLetter),
  'POST /doctor/v1/dead-letters/{queue}/redrive': answer(
    z.strictObject({
      redriven: z.array(z.string()),
      refused: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
      missing: z.array(z.string()),
      left: count,
    }),
  ),
  'DELETE /doctor/v1/dead-letters/{queue}': answer(z.strictObject({ deleted: count, left: count })),
  'DELETE /doctor/v1/dead-letters/{queue}/{id}': empty,
  'POST /doctor/v1/events': answer(z.strictObject({ accepted: count, refused: count }), 202),
  'GET /doctor/v1/hosts': answer(
    z.strictObject({
      hosts: z.array(
        z.strictObject({
          host: z.string(),
          zone: z.string(),
          state: z.enum(hostGroups),
          status: z.enum(['enabled', 'disabled']),
          forced_down: z.boolean(),
          maintenance: z.boolean(),
          updated_at: Moment,
        }),
      ),
      next,
    }),
  ),
  'PUT /doctor/v1/hosts/{host}': one('host', Host, 200, 201),
  'GET /doctor/v1/hosts/{host}': one('host', Host),
  'PUT /doctor/v1/hosts/{host}/data-plane-status': answer(
    z.strictObject({
      host: z.string(),
      data_plane_status: DataPlaneStatus,
      fault_id: uuid.nullable(),
      ports: count,
      ports_changed: count,
    }),
  ),
  'POST /doctor/v1/hosts/{host}/heartbeat': empty,
  'POST /doctor/v1/heartbeats': answer(
    z.strictObject({
      heartbeats: z.array(
        z.strictObject({ host: z.string(), outcome: z.enum(['noted', 'unknown']) }),
      ),
      unknown: z.array(z.string()),
    }),
  ),
  'GET /doctor/v1/faults': page('faults', ListedFault),
  'GET /doctor/v1/faults/{id}': one('fault', ListedFault),
  'GET /doctor/v1/faults/{id}/story': one(
    'story',
    z.strictObject({
      fault: ListedFault,
      projects: z.array(
        z.strictObject({
          project_id: z.string(),
          resources: count,
          events: count,
          notifications: count,
          first_at: Moment.nullable(),
          last_at: Moment.nullable(),
        }),
      ),
      complete: z.boolean(),
    }),
  ),
  'PUT /doctor/v1/servers/{uuid}': one('server', Server, 200, 201),
  'GET /doctor/v1/servers/{uuid}': one('server', Server),
  'DELETE /doctor/v1/servers/{uuid}': empty,
  'GET /doctor/v1/servers/{uuid}/evacuation': one(
    'evacuation',
    ShownEvacuation.extend({ progress: z.string().nullable() }).strict().nullable(),
  ),
  'POST /doctor/v1/servers/{uuid}/evacuation': one('evacuation', ShownEvacuation.nullable()),
  'POST /doctor/v1/alarm-preview': answer(
    z.strictObject({
      from: Moment,
      to: Moment,
      looked_at: count,
      matched: count,
      events: z.array(
        z.strictObject({
          message_id: z.string(),
          event_type: z.string(),
          accepted_at: Moment,
          resource_id: z.string().nullable(),
          effect: z.enum(previewEffects),
          traits: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
        }),
      ),
    }),
  ),
  'POST /doctor/v1/alarms/{alarm_id}/test': one('test', ShownAlarmTest, 202),
  'GET /doctor/v1/alarms/{alarm_id}/test/{id}': one('test', ShownAlarmTest),
  'GET /doctor/v1/host-history/{host}': answer(
    z.strictObject({
      host: z.string(),
      history: z.array(
        z.strictObject({
          at: Moment,
          what: z.enum(historyKinds),
          user_id: z.string().nullable(),
          user_name: z.string().nullable(),
          source: z.string().nullable(),
          request_id: z.string().nullable(),
          fault_id: uuid.nullable(),
          fault_kind: FaultRow.shape.kind.unwrap().nullable(),
          affected: count.nullable(),
          server_id: uuid.nullable(),
          dest: z.string().nullable(),
          status: z.string().nullable(),
          updated_at: Moment.nullable(),
        }),
      ),
      next,
    }),
  ),
  'GET /doctor/v1/silences': page('silences', ShownSilence),
  'POST /doctor/v1/silences': one('silence', ShownSilence, 200, 201),
  'GET /doctor/v1/silences/{id}': one('silence', ShownSilence),
  'DELETE /doctor/v1/silences/{id}': empty,
  'GET /doctor/v1/subscriptions': page('subscriptions', ShownSubscription),
  'POST /doctor/v1/subscriptions': one('subscription', ShownSubscription, 200, 201),
  'GET /doctor/v1/subscriptions/{id}': one('subscription', ShownSubscription),
  'DELETE /doctor/v1/subscriptions/{id}': empty,
  'PUT /doctor/v1/users/{name}': answer(User, 200, 201),
  'GET /doctor/v1/users/{name}': answer(User),
  'DELETE /doctor/v1/users/{name}': empty,
  'GET /doctor/v1/webhook-key': answer(z.strictObject({ project_id: z.string(), key: z.string() })),
};

const Age = z.int().min(0).nullable();
const ShownWalk = Walk.omit({
  ...{ marker: true, place: true, restarts: true, compared: true, sample: true, hidden: true },
})
  .extend({ warnings: z.array(z.string()) })
  .strict();
const ShownJob = CloudJob.pick({ succeeded_at: true, failures: true, last_error: true })
  .extend({ lag_seconds: Age, next_try_at: Moment.nullable() })
  .strict();

const ofCloud: Readonly<Record<string, Answer>> = {
  'GET /doctor/v1/cloud': one(
    'cloud',
    z.strictObject({
      lag_seconds: Age,
      services: ShownJob,
      changes: ShownJob,
      walks: ShownJob,
      returned_hosts: ShownJob.extend({ waiting: z.int().min(0) }),
      walk: ShownWalk.nullable(),
    }),
  ),
  'POST /doctor/v1/cloud/walks': answer(z.strictObject({ walk: ShownWalk }), 202),
};

const ofMonitors: Readonly<Record<string, Answer>> = {
  ...Object.fromEntries(
    [
      ...['PUT /doctor/v1/inspector/events', 'POST /doctor/v1/inspector/events'],
      ...['POST /doctor/v1/alertmanager', 'POST /doctor/v1/prometheus/api/v2/alerts'],
      ...['POST /doctor/v1/prometheus/{source}/api/v2/alerts', 'POST /doctor/v1/am/api/v2/alerts'],
      ...['POST /doctor/v1/consul', 'POST /doctor/v1/redfish/{host}', 'POST /doctor/v1/redfish'],
    ].map((key) => [key, outcomes]),
  ),
  'GET /doctor/v1/conditions': page('conditions', ShownCondition),
  'GET /doctor/v1/conditions/{id}': one('condition', ShownCondition),
  'DELETE /doctor/v1/conditions/{id}': one('condition', ShownCondition),
  'GET /doctor/v1/sources': page('sources', Source),
  ...ofSource('/doctor/v1/sources/{kind}'),
  ...ofSource('/doctor/v1/sources/{kind}/{name}'),
  'GET /doctor/v1/unmatched': page('unmatched', UnmatchedItem),
};

/** The answers by method and path. */
export const answers: Readonly<Record<string, Answer>> = { ...ofDoctor, ...ofCloud, ...ofMonitors };
