/** How a dead letter goes back to the queue that it came from. Decision: docs/adr/0039. */
import * as z from 'zod';
import { CloudTask, MoveTask } from '../cloud/cloud-task.ts';
import { DoctorEvent } from '../events/event.ts';
import { laneOf } from '../events/event-lane.ts';
import {
  DeadLetter,
  EventMessage,
  GroupMessage,
  TestMessage,
  TimeoutMessage,
} from '../events/messages.ts';
import { toJson } from '../json.ts';
import type { DeadLetterQueueName, ReturnQueue } from './queue-names.ts';
import { WebhookMessage } from './webhook.ts';

/** A dead letter as it was received. */
export type Letter = {
  /** SQS's id of the message. */
  readonly id: string;
  readonly body: string;
  /** When it was put into the queue of dead letters, or, by SQS, into the queue before. */
  readonly sent_at: string;
  readonly receives: number;
};

/** A letter with its parts. `reason` is null if SQS moved it, after ten deliveries that failed. */
export type OpenedLetter = {
  readonly reason: string | null;
  readonly element: unknown;
  /** Where it can go; undefined if it cannot. */
  readonly back: { readonly to: ReturnQueue; readonly body: string } | undefined;
  /** Why it cannot go back; null if it can. */
  readonly refused: string | null;
};

/** What a queue of dead letters holds, and whether any of it can go back. */
export const deadLetterTexts: Readonly<
  Record<DeadLetterQueueName, { readonly holds: string; readonly redrivable: boolean }>
> = {
  events: {
    holds: 'events of faults that were not evaluated, and groups that were not sent',
    redrivable: true,
  },
  bulk: { holds: 'all other events that were not evaluated or not understood', redrivable: true },
  reports: { holds: 'reports from the AWS account that were not taken', redrivable: true },
  faults: { holds: 'faults that were not finished', redrivable: true },
  streams: { holds: 'places in the streams, of changes without a safe copy', redrivable: false },
  webhooks: { holds: 'webhooks that were given up', redrivable: true },
  cloud: { holds: 'what the cloud could not be made to show', redrivable: true },
};

/** The queue of each lane. */
const queueOf = {
  fault: 'events',
  change: 'changes',
  urgent: 'urgent',
  bulk: 'bulk',
  wide: 'wide',
} as const satisfies Record<string, ReturnQueue>;

const Laned = z.object({ lane: z.string() });

/** A tick, or alarms of a round: what it would do now is done by the newest one. */
const ofItsTime = z.union([
  z.strictObject({ tick: z.string() }),
  z.object({ round: z.int(), alarms: z.array(z.unknown()) }),
]);
const nextDoes = 'It is of a time that has passed: the next one does the same.';

const testIsOver = 'It is a test of an alarm that its user has given up: a new test can be made.';

const Heartbeats = z.object({ heartbeats: z.array(z.unknown()) });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

type Way = Pick<OpenedLetter, 'back' | 'refused'>;
const to = (queue: ReturnQueue, body: string): Way => ({
  back: { to: queue, body },
  refused: null,
});
const not = (refused: string): Way => ({ back: undefined, refused });

/** The queue to which an event goes back, alone and with its attempts counted from 0. */
function wayOfEvent(queue: 'events' | 'bulk', element: unknown): Way {
  const { data: event } = DoctorEvent.safeParse(element);
  if (!event) return not('It is not an event that can be read: correct it, and send it again.');
  const lane = queue === 'events' ? 'fault' : event.stamp ? 'change' : laneOf(event);
  return to(queueOf[lane], toJson({ events: [event], attempts: 0, lane }));
}

/** The queue to which a message goes back that SQS moved. */
function wayOfMessage(queue: 'events' | 'bulk', message: unknown): Way {
  const group = GroupMessage.safeParse(message).data;
  if (group) return to('events', toJson(group));
  const timers = TimeoutMessage.safeParse(message).data;
  if (timers) return to('timeouts', toJson(timers));
  if (TestMessage.safeParse(message).success) return not(testIsOver);
  const { data } = EventMessage.safeParse(message);
  if (!data || !Laned.safeParse(message).success) {
    return not(ofItsTime.safeParse(message).success ? nextDoes : 'It is not a message of events.');
  }
  const lane = queue === 'events' ? 'fault' : data.lane;
  return to(queueOf[lane], toJson({ ...data, lane, attempts: 0 }));
}

function wayOfWebhook(element: unknown): Way {
  const { data: webhook } = WebhookMessage.safeParse(element);
  if (!webhook) return not('It is not a webhook that can be read.');
  return to('webhooks', toJson({ ...webhook, attempts: 0, lane: 'first' }));
}

/** The queue to which a task for the cloud goes back, with its attempts counted from 0. */
function wayOfTask(element: unknown): Way {
  const task = CloudTask.safeParse(element).data;
  if (task) return to('cloud', toJson({ ...task, attempts: 0 }));
  const move = MoveTask.safeParse(element).data;
  if (move) return to('moves', toJson({ ...move, attempts: 0 }));
  return not('It is a turn of a walk over the cloud: the next walk reads the same.');
}

/** A letter with its parts, and where it can go. */
export function openLetter(queue: DeadLetterQueueName, body: string): OpenedLetter {
  const content = jsonOf(body);
  const { data: letter } = DeadLetter.safeParse(content);
  const reason = letter?.reason ?? null;
  const element = letter ? letter.element : content;
  return { reason, element, ...wayOf(queue, { body, element, isLetter: letter !== undefined }) };
}

function wayOf(
  queue: DeadLetterQueueName,
  { body, element, isLetter }: { body: string; element: unknown; isLetter: boolean },
): Way {
  switch (queue) {
    case 'events':
    case 'bulk':
      return isLetter ? wayOfEvent(queue, element) : wayOfMessage(queue, element);
    case 'reports':
      if (Heartbeats.safeParse(element).success) {
        return not(
          'A heartbeat counts at the time at which it comes: the host may not run any more.',
        );
      }
      if (!isLetter) return to('reports', body);
      return to('reports', typeof element === 'string' ? element : toJson(element));
    case 'faults':
      return isLetter ? not('It was not understood.') : to('faults', body);
    case 'webhooks':
      return wayOfWebhook(element);
    case 'cloud':
      return wayOfTask(element);
    case 'streams':
      return not(
        'It names records of a stream: the guide for administrators says how to read them.',
      );
  }
}
