/**
 * The history of alarms: a record of each change of an alarm, by a request or by an event. Unlike
 * Aodh's, it is kept after the alarm is deleted, and records the deletion:
 * docs/wire/alarming.md#history.
 */
import * as z from 'zod';
import { WebhookOutcome } from '../delivery/webhook.ts';
import { notificationId } from '../ids.ts';
import { Moment } from '../time.ts';
import { Severity } from './alarm.ts';

/** The types of records. */
export const changeTypes = ['creation', 'rule change', 'state transition', 'deletion'] as const;

/** A record, as stored. Once it is written, only the outcomes of its webhooks change. */
export const AlarmChange = z.object({
  /**
   * A UUID; for a firing, the `message_id` of the event. The key of a record is this and
   * `alarm_id`.
   */
  event_id: z.string(),
  alarm_id: z.string(),
  type: z.enum(changeTypes),
  /**
   * A JSON object. Creation: the alarm. Rule change: the changed keys. Deletion: the last state.
   * Transition: the new state, with `state_reason` if a request made it, with `transition_reason`
   * if an event did.
   */
  detail: z.string(),
  /**
   * The caller who made the change; for a change by an event, the owner of the alarm. The project
   * is null if the token had none, or the alarm is on infrastructure.
   */
  user_id: z.string().nullable(),
  project_id: z.string().nullable(),
  /**
   * The project that may read the record; empty for alarms on infrastructure. Such a row has no
   * value here.
   */
  on_behalf_of: z.string().default(''),
  timestamp: Moment,
  /** The alarm's severity at that time. It is not shown, but queries can ask for it. */
  severity: Severity,
  /** The outcomes of its webhooks, by `webhook_id`; absent in records that call no action. */
  webhooks: z.record(z.string(), WebhookOutcome).optional(),
});
export type AlarmChange = z.infer<typeof AlarmChange>;

/**
 * The number of partitions of the index of all records by time, and of a project's records in their index.
 * A partition takes 1,000 writes of a kilobyte a second, and one project can fire as often.
 */
const shards = 8;
const shardName = (shard: number): string => `history#${shard}`;

/** The names of all partitions by time. */
export const timeShards: readonly string[] = Array.from({ length: shards }, (_, n) => shardName(n));

type Key = Pick<AlarmChange, 'event_id' | 'alarm_id'>;

/** The shard of a record, from a hash of its key. */
const shardOf = ({ alarm_id, event_id }: Key): number =>
  Number.parseInt(notificationId(alarm_id, event_id).slice(0, 4), 16) % shards;

/** The partition of a record in the index by time. */
export const timeShardOf = (key: Key): string => shardName(shardOf(key));

const projectShardName = (project: string, shard: number): string => `${shard}#${project}`;

/** The names of all partitions of a project's records. */
export const projectShards = (project: string): readonly string[] =>
  timeShards.map((_, shard) => projectShardName(project, shard));

/** The partition of a record in the index by project; undefined without a project. */
export const projectShardOf = ({
  on_behalf_of,
  ...key
}: Key & Pick<AlarmChange, 'on_behalf_of'>): string | undefined =>
  on_behalf_of ? projectShardName(on_behalf_of, shardOf(key)) : undefined;

/** The sort key of a record in every index: its time, then its id. */
export const sortKeyOf = ({ timestamp, event_id }: Pick<AlarmChange, 'timestamp' | 'event_id'>) =>
  `${timestamp}#${event_id}`;
