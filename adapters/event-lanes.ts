import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DoctorEvent } from '../domain/events/event.ts';
import { byOwnLane } from '../domain/events/event-lane.ts';
import type { WriteProof } from '../domain/events/messages.ts';
import { type EnvName, required } from './env.ts';
import { type EventQueueUrls, eventQueues } from './queues/events.ts';

type QueueVariables = Partial<
  Record<
    Extract<EnvName, `${'EVENT' | 'CHANGE' | 'URGENT' | 'BULK' | 'WIDE'}_QUEUE_URL`>,
    string | undefined
  >
>;

/** The queues of events that a function may send to: those whose variables are set. */
export function laneUrls({
  EVENT_QUEUE_URL: fault,
  CHANGE_QUEUE_URL: change,
  URGENT_QUEUE_URL: urgent,
  BULK_QUEUE_URL: bulk,
  WIDE_QUEUE_URL: wide,
}: QueueVariables): EventQueueUrls {
  return {
    ...(fault && { fault }),
    ...(change && { change }),
    ...(urgent && { urgent }),
    ...(bulk && { bulk }),
    ...(wide && { wide }),
  };
}

/** The variables of a function that sends events of Doctor's own changes. */
export const ownEventVariables = { EVENT_QUEUE_URL: required, CHANGE_QUEUE_URL: required };

/** The queues of the events of Doctor's own changes. */
export function ownEvents(
  client: SQSClient,
  env: Readonly<Record<keyof typeof ownEventVariables, string>>,
) {
  const queues = eventQueues(client, {
    fault: env.EVENT_QUEUE_URL,
    change: env.CHANGE_QUEUE_URL,
  });
  const sendEvents = async (
    events: readonly DoctorEvent[],
    sending: {
      readonly delaySeconds?: number;
      readonly copy?: true;
      readonly proof?: WriteProof;
    } = {},
  ): Promise<void> => {
    const byLane = [...byOwnLane(events)];
    await Promise.all(byLane.map(([lane, some]) => queues.sendEvents(some, { ...sending, lane })));
  };
  return {
    /** Durably queues the events, each in its lane, to be delivered after the delay. */
    sendEvents,
    /** Durably queues events that happened, each in its lane. */
    send: (events: readonly DoctorEvent[]): Promise<void> => sendEvents(events),
    /** The same for events that count only if the proof is written. */
    sendBeside: (events: readonly DoctorEvent[], proof: WriteProof): Promise<void> =>
      sendEvents(events, { proof }),
  };
}
