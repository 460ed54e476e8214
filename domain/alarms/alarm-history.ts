/**
 * The history of alarms: a record of everything that was done to one, by a request or by an event.
 * Unlike Aodh's, it outlives the alarm and tells of its deletion: docs/wire/alarming.md#history.
 */
import * as z from 'zod';
import { WebhookOutcome } from '../delivery/webhook.ts';
import { notificationId } from '../ids.ts';
import { Moment } from '../time.ts';
import { Severity } from './alarm.ts';

export const changeTypes = ['creation', 'rule change', 'state transition', 'deletion'] as const;

/** A record, as stored and read. Nothing changes once it is written, but what became of its calls. */
export const AlarmChange = z.object({
  /** A UUID; of a firing, the `message_id` of its event. With `alarm_id` it is the record's key. */
  event_id: z.string(),
  alarm_id: z.string(),
  type: z.enum(changeTypes),
  /**
   * A JSON object: the alarm at its creation; the changed keys of a rule change; the state at its
   * deletion. Of a transition the state with `state_reason` if a request made it, else with
   * `transition_reason`.
   */
  detail: z.string(),
  /**
   * Who asked for the change, or whose alarm it is that an event changed; the project is null in an
   * unscoped token and for infrastructure's alarms.
   */
  user_id: z.string().nullable(),
  project_id: z.string().nullable(),
  /** The project whose people may read the record; empty for infrastructure's. */
  on_behalf_of: z.string().default(''),
  timestamp: Moment,
  /** The alarm's at that time: not shown, but asked for. */
  severity: Severity,
  /** What became of the calls of its actions, by webhook; absent where nobody was to be called. */
  webhooks: z.record(z.string(), WebhookOutcome).optional(),
});
export type AlarmChange = z.infer<typeof AlarmChange>;

/** Partitions of the index of all records by time: enough for a burst of firings. */
const shards = 8;
const shardName = (shard: number): string => `history#${shard}`;

/** The names of all partitions by time. */
export const timeShards: readonly string[] = Array.from({ length: shards }, (_, n) => shardName(n));

type Key = Pick<AlarmChange, 'event_id' | 'alarm_id'>;

/** The partition by time that holds the record. A notification's id is a hash of its key. */
export const timeShardOf = ({ alarm_id, event_id }: Key): string =>
  shardName(Number.parseInt(notificationId(alarm_id, event_id).slice(0, 4), 16) % shards);

/** What orders records by time, in every index of theirs. */
export const sortKeyOf = ({ timestamp, event_id }: Pick<AlarmChange, 'timestamp' | 'event_id'>) =>
  `${timestamp}#${event_id}`;
