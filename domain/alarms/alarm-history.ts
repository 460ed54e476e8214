/**
 * The history of alarms: a record of each change of an alarm, by a request or by an event. Unlike
 * Aodh's, it is kept after the alarm is deleted, and records the deletion:
 * docs/wire/alarming.md#history.
 */
import * as z from 'zod';
import { WebhookOutcome } from '../delivery/webhook.ts';
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
