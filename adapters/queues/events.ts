/** Sends events to the queues of their lanes. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { DomainError } from '../../domain/errors.ts';
import { type DoctorEvent, projectOfEvent } from '../../domain/events/event.ts';
import type { EventLane } from '../../domain/events/event-lane.ts';
import type { EventMessage } from '../../domain/events/messages.ts';
import { toJson } from '../../domain/json.ts';
import { packed } from '../../domain/slices.ts';
import {
  bytesOf,
  maxBytes,
  messageGroupOf,
  type OutgoingMessage,
  sendMessages,
} from './send-messages.ts';

/** Events in a message: an evaluator needs about 100 ms for them. */
const eventsPerMessage = 50;

/** How events are sent; `perMessage`: the most events in one message. */
type Sending = Partial<Omit<EventMessage, 'events'>> & {
  readonly delaySeconds?: number;
  readonly perMessage?: number;
};

/** The queues that a function may send events to. */
export type EventQueueUrls = Readonly<Partial<Record<EventLane, string>>>;

/** Sends events to the queues of their lanes. */
export const eventQueues = (client: SQSClient, urls: EventQueueUrls) => ({
  /**
   * Durably queues the events in their lane, at most 50 a message, to be delivered after the delay. No
   * message has many more than another. The events of a message are of one project, which is its group. In the lane `fault` a message may have
   * events of several projects; it then has no group.
   */
  sendEvents: async (
    events: readonly DoctorEvent[],
    {
      lane = 'fault',
      attempts = 0,
      rest,
      copy,
      proof,
      delaySeconds = 0,
      perMessage = eventsPerMessage,
    }: Sending = {},
  ): Promise<void> => {
    const url = urls[lane];
    if (url === undefined) throw new DomainError('internal', `no queue for the lane ${lane}`);
    const shares = lane === 'fault' ? [events] : [...Map.groupBy(events, projectOfEvent).values()];
    const bodies = shares.flatMap((share) => {
      const sized = share.map((event) => ({ event, size: bytesOf(toJson(event)) }));
      const parts = packed(sized, {
        most: evenly(share.length, perMessage),
        size: maxBytes,
        sizeOf: ({ size }) => size + 1,
      });
      return parts.map((part): OutgoingMessage => {
        const its = part.map(({ event }) => event);
        const message: EventMessage = {
          events: its,
          attempts,
          lane,
          ...(rest && { rest }),
          ...(copy && { copy }),
          ...(proof && { proof }),
        };
        const group = groupOfEvents(its);
        return { body: toJson(message), delaySeconds, ...(group && { group }) };
      });
    });
    await sendMessages(client, url, bodies);
  },
});

/** How many events a message gets at most, so that as few messages as possible share them evenly. */
const evenly = (events: number, perMessage: number): number =>
  Math.ceil(events / Math.ceil(events / perMessage));

/** The group of a message with these events: their project; undefined if they are of several. */
function groupOfEvents(events: readonly DoctorEvent[]): string | undefined {
  const [project, ...more] = new Set(events.map(projectOfEvent).filter((id) => id !== ''));
  return more.length > 0 ? undefined : messageGroupOf(project ?? '');
}

/** The queue of faults only. */
export const eventQueue = (client: SQSClient, url: string) => eventQueues(client, { fault: url });
