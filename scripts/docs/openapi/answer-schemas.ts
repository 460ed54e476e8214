/** The schemas of the answers of `/doctor/v1`, derived from those of the stored rows. */
import * as z from 'zod';
import { Silence } from '../../../domain/alarms/silence.ts';
import { Condition, conditionStates } from '../../../domain/conditions/condition.ts';
import { SourceRow, SourceSettings } from '../../../domain/conditions/source.ts';
import { Unmatched } from '../../../domain/conditions/unmatched.ts';
import { AlarmTest } from '../../../domain/delivery/alarm-test.ts';
import { Grouping } from '../../../domain/delivery/group-body.ts';
import { deadLetterQueues, workQueues } from '../../../domain/delivery/queue-names.ts';
import { Subscription } from '../../../domain/delivery/subscription.ts';
import { webhookResults } from '../../../domain/delivery/webhook.ts';
import { Fault as FaultRow } from '../../../domain/hosts/fault.ts';
import { Host as HostRow } from '../../../domain/hosts/host.ts';
import { hostGroups } from '../../../domain/hosts/host-counts.ts';
import { Account } from '../../../domain/identity/identity.ts';
import { executors } from '../../../domain/servers/evacuation.ts';
import { Instance } from '../../../domain/servers/instance.ts';
import { Moment } from '../../../domain/time.ts';

/** The URL of the next page; absent on the last one. */
export const next = z.url().optional();
export const count = z.int().min(0);
export const uuid = z.guid();

export const Version = z.strictObject({
  id: z.string(),
  status: z.string(),
  links: z.array(z.strictObject({ rel: z.string(), href: z.url() })),
});

export const Host = HostRow.omit({
  incarnation: true,
  last_change: true,
  fault_series: true,
  maintenance_number: true,
  last_fault: true,
})
  .extend({ state: z.enum(['up', 'down']), last_fault_at: Moment.nullable() })
  .strict();

export const Server = Instance.omit({
  uuid: true,
  created_at: true,
  lock: true,
  incarnation: true,
  last_change: true,
  fault_number: true,
  maintenance_number: true,
})
  .extend({
    id: uuid,
    created: Moment,
    locked: z.boolean(),
    locked_by: z.string().nullable(),
    locked_reason: z.string().nullable(),
  })
  .strict();

export const ShownAlarmTest = AlarmTest.omit({ event_id: true, message: true, delivered_at: true })
  .extend({
    id: uuid,
    published_at: Moment.nullable(),
    webhooks: z.array(
      z.strictObject({
        action: z.string(),
        result: z.enum(['pending', ...webhookResults]),
        attempts: count,
        status: z.int().nullable(),
        reason: z.string(),
        at: Moment.nullable(),
      }),
    ),
  })
  .strict();

export const ShownEvacuation = z.strictObject({
  migration_uuid: uuid,
  id: z.int(),
  instance_uuid: uuid,
  source: z.string(),
  dest: z.string().nullable(),
  status: z.string(),
  executor: z.enum(executors),
  reason: z.string().nullable(),
  created_at: Moment,
  updated_at: Moment,
});

/** For a tenant, without `host`, `source`, `reported_by`, `request_id` and `applied_to_cloud`. */
export const ListedFault = z.strictObject({
  fault_id: uuid,
  kind: z.enum(['host', 'data_plane']),
  status: z.enum(['open', 'cleared']),
  raised_at: Moment,
  cleared_at: Moment.nullable(),
  instances_affected: count,
  ports_affected: count,
  host: z.string().optional(),
  source: z.string().nullable().optional(),
  applied_to_cloud: FaultRow.shape.applied_to_cloud.unwrap().optional(),
  reported_by: FaultRow.shape.reported_by.optional(),
  request_id: z.string().optional(),
  instances: z.array(z.strictObject({ id: uuid, project_id: z.string().optional() })).optional(),
  ports: z.array(z.strictObject({ id: uuid, project_id: z.string().optional() })).optional(),
});

export const ShownCondition = Condition.omit({ condition_id: true, revision: true, order: true })
  .extend({ id: uuid, state: z.enum(conditionStates) })
  .strict();

/** The settings of a source; the last two are absent if no operator has set it. */
export const Source = SourceSettings.extend({
  name: z.string(),
  updated_at: SourceRow.shape.updated_at.optional(),
  updated_by: SourceRow.shape.updated_by.optional(),
}).strict();

export const UnmatchedItem = Unmatched.omit({ unmatched_id: true }).extend({ id: uuid }).strict();

export const ShownSilence = Silence.omit({ silence_id: true, revision: true, due_at: true })
  .extend({
    id: uuid,
    /** Null for an administrator's silence of several projects. */
    project_id: z.string().nullable(),
    status: z.enum(['pending', 'active', 'expired']),
  })
  .strict();

export const ShownSubscription = Subscription.omit({
  arns: true,
  subscription_id: true,
  revision: true,
})
  .extend({
    id: uuid,
    /** Null for one message for each notification. */
    group: Grouping.nullable(),
    status: z.enum(['confirmed', 'pending confirmation', 'gone', 'incomplete']),
  })
  .strict();

export const User = Account.pick({ id: true, name: true, projects: true, enabled: true }).strict();

export const ItemOutcome = z.strictObject({
  outcome: z.enum(['raised', 'renewed', 'cleared', 'ignored', 'unmatched']),
  reason: z.string().nullable(),
  condition_id: uuid.nullable(),
  fault_id: uuid.nullable(),
});

export const Refusal = z.strictObject({
  error: z.strictObject({ code: z.int(), title: z.string(), message: z.string() }),
});

export const counts = z.record(z.string(), count);

export const QueueName = z.enum(workQueues);
export const DeadLetterQueueName = z.enum(deadLetterQueues);

export const Status = z.strictObject({
  at: Moment,
  hosts: z.strictObject({
    total: count,
    ...Object.fromEntries(hostGroups.map((group) => [group, count])),
  }),
  servers: z.strictObject({ total: count, by_state: counts, complete: z.boolean() }),
  ports: z.strictObject({ total: count, complete: z.boolean() }),
  faults: z.strictObject({ open: count, oldest_at: Moment.nullable(), complete: z.boolean() }),
  queues: z.array(
    z.strictObject({
      name: QueueName,
      waiting: count,
      in_flight: count,
      delayed: count,
      not_empty_since: Moment.nullable(),
    }),
  ),
  dead_letters: z.array(z.strictObject({ queue: DeadLetterQueueName, count })),
});

export const Minute = z.strictObject({
  at: Moment,
  notifications: count,
  p50_ms: count.nullable(),
  p99_ms: count.nullable(),
  webhooks: z.strictObject({ delivered: count, retried: count, given_up: count, refused: count }),
  waiting: counts,
  dead_letters: counts,
});

/** A dead letter. `reason` is null if SQS moved it after ten receives. */
export const ShownDeadLetter = z.strictObject({
  id: z.string(),
  sent_at: Moment,
  receives: count,
  reason: z.string().nullable(),
  source: QueueName.nullable(),
  redrivable: z.boolean(),
  refused: z.string().nullable(),
  element: z.unknown(),
});

/** The schemas that have a name in the document. */
export const named = {
  Host,
  Server,
  Fault: ListedFault,
  Condition: ShownCondition,
  Source,
  UnmatchedItem,
  Silence: ShownSilence,
  AlarmTest: ShownAlarmTest,
  Subscription: ShownSubscription,
  User,
  ItemOutcome,
  Status,
  Minute,
  DeadLetter: ShownDeadLetter,
  QueueName,
  DeadLetterQueueName,
  Refusal,
} as const satisfies Readonly<Record<string, z.ZodType>>;
