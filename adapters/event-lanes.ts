import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DoctorEvent } from '../domain/events/event.ts';
import { byOwnLane } from '../domain/events/event-lane.ts';
import { type Env, required } from './env.ts';
import { type EventQueueUrls, eventQueues } from './queues.ts';

/** The queues of events that a function is told of; one that it is not told of it does not send to. */
export function laneUrls({
  EVENT_QUEUE_URL: fault,
  CHANGE_QUEUE_URL: change,
  URGENT_QUEUE_URL: urgent,
  BULK_QUEUE_URL: bulk,
  WIDE_QUEUE_URL: wide,
}: Env): EventQueueUrls {
  return {
    ...(fault && { fault }),
    ...(change && { change }),
    ...(urgent && { urgent }),
    ...(bulk && { bulk }),
    ...(wide && { wide }),
  };
}

/** The queues of what Doctor changed itself. */
export function ownEvents(client: SQSClient, env: Env) {
  const queues = eventQueues(client, {
    fault: required(env, 'EVENT_QUEUE_URL'),
    change: required(env, 'CHANGE_QUEUE_URL'),
  });
  return {
    /** Durably queues the events, each in its lane, to be seen after the delay. */
    sendEvents: async (
      events: readonly DoctorEvent[],
      { delaySeconds = 0 }: { readonly delaySeconds?: number } = {},
    ): Promise<void> => {
      const byLane = [...byOwnLane(events)];
      await Promise.all(
        byLane.map(([lane, some]) => queues.sendEvents(some, { lane, delaySeconds })),
      );
    },
  };
}
