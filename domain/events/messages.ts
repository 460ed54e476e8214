/** The messages between Doctor's functions, and the notifications for subscribers. */
import * as z from 'zod';
import { AlarmState, Severity } from '../alarms/alarm.ts';
import { HostName } from '../hosts/host.ts';
import { Notice } from '../hosts/maintenance.ts';
import { Departed } from '../ports/departed-servers.ts';
import { Moment } from '../time.ts';
import { DoctorEvent, Trait } from './event.ts';
import { eventLanes } from './event-lane.ts';

/**
 * For events that are sent while the transaction of their fault is still being written: where it shows
 * that they happened. The transaction writes `write_id` into the row of the host's fault of this
 * number. Each transaction has a `write_id` of its own, and the row of a fault is made once. So another
 * id in the row means that the transaction was not written. Decision: docs/adr/0053.
 */
export const WriteProof = z.object({ host: HostName, number: z.int().min(1), write_id: z.uuid() });
export type WriteProof = z.infer<typeof WriteProof>;

/**
 * On the queues of events: events to evaluate. `attempts` counts the receives before the message was
 * split, so that a split message is not tried for ever. With a `rest`, which messages in the lane `wide`
 * have, they are evaluated for some alarms alone: those that name a resource of the events, or those of
 * their whole project, whose ids come after `after`; all of them if it is empty. A `copy` is in the safe
 * lane: its events were most likely evaluated before. With a `proof` the events may not have happened.
 */
export const EventMessage = z.object({
  events: z.array(DoctorEvent),
  attempts: z.int().min(0),
  lane: z.enum(eventLanes).default('fault'),
  rest: z.object({ of: z.enum(['named', 'wide']), after: z.string() }).optional(),
  copy: z.literal(true).optional(),
  proof: WriteProof.optional(),
});
export type EventMessage = z.infer<typeof EventMessage>;

/** The most timers in a message. */
export const mostTimeouts = 250;

/** On the queue of timeouts: timers of alarms of one project that fell due. */
export const TimeoutMessage = z.object({
  timeouts: z
    .array(z.object({ alarm_id: z.uuid(), due: Moment }))
    .min(1)
    .max(mostTimeouts),
});
export type TimeoutMessage = z.infer<typeof TimeoutMessage>;

/** The most rows that a message of a group names. */
export const mostGroupRows = 100;

/**
 * On the event queue: rows of the history that are to be sent in a group, by their keys. The fault caused
 * all of them, in the project.
 */
export const GroupMessage = z.object({
  group: z.object({ project_id: z.string(), fault_id: z.uuid() }),
  rows: z
    .array(z.object({ event_id: z.string(), alarm_id: z.string() }))
    .min(1)
    .max(mostGroupRows),
});
export type GroupMessage = z.infer<typeof GroupMessage>;

/** On the queue of changes: a test of an alarm that is to be sent, by the key of its row in the history. */
export const TestMessage = z.object({
  test: z.object({ event_id: z.uuid(), alarm_id: z.uuid() }),
});
export type TestMessage = z.infer<typeof TestMessage>;

/** On the queue of the inventory: events from outside that may change rows. */
export const InventoryMessage = z.object({ events: z.array(DoctorEvent) });

/**
 * On the fault queue, one of four tasks: apply the host's fault of this number, or its deletion,
 * to its instances; apply its data plane report of this number to its ports; notify the owners of
 * its instances of its maintenance; bind the ports of servers that left it to their new host.
 */
export const FinishMessage = z.union([
  z.object({
    host: HostName,
    number: z.int().min(0),
    of: z.enum(['instances', 'ports']).default('instances'),
  }),
  z.object({ notice: Notice }),
  z.object({ departed: Departed }),
]);
export type FinishMessage = z.infer<typeof FinishMessage>;

/**
 * On a dead-letter queue: an element that could not be parsed (or the beginning of its JSON), and
 * why.
 */
export const DeadLetter = z.object({ reason: z.string().min(1), element: z.unknown() });
export type DeadLetter = z.infer<typeof DeadLetter>;

/**
 * On the topic `notifications`. The first seven keys are the body that Aodh posts to an alarm's
 * actions (aodh `notifier/rest.py`). Traits are lists, as in the events of OPNFV Doctor.
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
  /** The same each time it is sent: receivers recognise repeats by it. */
  notification_id: z.uuid(),
  project_id: z.string(),
  /** The resource that the event is about; null if it names none. */
  resource_id: z.string().nullable(),
  /** The host fault that caused the event; null if none did. */
  fault_id: z.uuid().nullable(),
  event_type: z.string(),
  /** When the event happened, as its sender says; naive UTC. */
  generated: z.string(),
  /** When Doctor accepted the event. */
  accepted_at: Moment,
  /** When the alarm's state last changed, by this event or earlier. */
  state_timestamp: Moment,
  /** Present if it only tests the delivery: nothing has happened (`domain/delivery/alarm-test.ts`). */
  test: z.literal(true).optional(),
});
export type Notification = z.infer<typeof Notification>;

/**
 * Why a round took an alarm to its state. Source: aodh `evaluator/threshold.py`, `evaluator/composite.py`.
 * `disposition`: the values are outside of the threshold, inside, or there are none. `most_recent`: the
 * last value; null if there is none, or if JSON has no such number. `causative_rules`: the parts of a
 * composite rule that have its new state, by name.
 */
export const RoundReasonData = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('threshold'),
    disposition: z.enum(['outside', 'inside', 'unknown']),
    count: z.int().min(0),
    most_recent: z.number().nullable(),
  }),
  z.object({
    type: z.literal('composite'),
    composition_form: z.string(),
    causative_rules: z.record(z.string(), z.unknown()),
  }),
]);
export type RoundReasonData = z.infer<typeof RoundReasonData>;

/** On the topic `notifications`, about an alarm that is evaluated every minute. */
export const RoundNotification = Notification.pick({
  alarm_id: true,
  alarm_name: true,
  severity: true,
  previous: true,
  current: true,
  reason: true,
}).extend({
  reason_data: RoundReasonData,
  ...Notification.pick({ notification_id: true, project_id: true, state_timestamp: true }).shape,
  /** The time of the round, at which the query was evaluated. */
  evaluated_at: Moment,
  test: Notification.shape.test,
});
export type RoundNotification = z.infer<typeof RoundNotification>;
