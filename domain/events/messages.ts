/** The messages that travel between Doctor's own parts, and what its subscribers are sent. */
import * as z from 'zod';
import { AlarmState, Severity } from '../alarms/alarm.ts';
import { HostName } from '../hosts/host.ts';
import { Notice } from '../hosts/maintenance.ts';
import { Moment } from '../time.ts';
import { DoctorEvent, Trait } from './event.ts';
import { eventLanes } from './event-lane.ts';

/**
 * On the queues of events: events to evaluate. `attempts` counts the receives before the message was
 * split, so that a split message is not tried for ever. With a `rest`, which messages in the lane `wide`
 * have, they are evaluated for some alarms alone: those that name a resource of theirs, or those of
 * their whole project, whose ids come after `after`; all of them if it is empty.
 */
export const EventMessage = z.object({
  events: z.array(DoctorEvent),
  attempts: z.int().min(0),
  lane: z.enum(eventLanes).default('fault'),
  rest: z.object({ of: z.enum(['named', 'wide']), after: z.string() }).optional(),
});
export type EventMessage = z.infer<typeof EventMessage>;

/**
 * On the fault queue: apply what the host, whose last fault has this number or which was deleted,
 * owes to its instances; or its data plane report of this number to all ports; or tell the owners of
 * its instances of its maintenance.
 */
export const FinishMessage = z.union([
  z.object({
    host: HostName,
    number: z.int().min(0),
    of: z.enum(['instances', 'ports']).default('instances'),
  }),
  z.object({ notice: Notice }),
]);
export type FinishMessage = z.infer<typeof FinishMessage>;

/** On a dead-letter queue: what could not be understood, or the beginning of its JSON, and why. */
export const DeadLetter = z.object({ reason: z.string().min(1), element: z.unknown() });
export type DeadLetter = z.infer<typeof DeadLetter>;

/**
 * On the topic `notifications`. The first seven keys are the body that Aodh posts to an alarm's
 * actions (aodh `notifier/rest.py`); traits stay a list of lists, as Doctor's consumers read them.
 */
export const Notification = z.object({
  alarm_id: z.uuid(),
  alarm_name: z.string(),
  severity: Severity,
  previous: AlarmState,
  current: AlarmState,
  reason: z.string(),
  reason_data: z.object({
    type: z.literal('event'),
    event: z.object({
      message_id: z.string(),
      event_type: z.string(),
      generated: z.string(),
      traits: z.array(Trait),
      raw: z.strictObject({}),
    }),
  }),
  /** The same however often it is sent: receivers tell repeats by it. */
  notification_id: z.uuid(),
  project_id: z.string(),
  /** The resource that the event is about; null if it names none. */
  resource_id: z.string().nullable(),
  /** The same for all that one host fault caused; null if none did. */
  fault_id: z.uuid().nullable(),
  event_type: z.string(),
  /** When it happened, as the event's sender says; naive UTC. */
  generated: z.string(),
  /** When Doctor accepted the event. */
  accepted_at: Moment,
  /** When the alarm's state last changed, by this event or before it. */
  state_timestamp: Moment,
});
export type Notification = z.infer<typeof Notification>;
