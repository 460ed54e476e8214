import type { Env } from './env.ts';
import type { EventQueueUrls } from './queues.ts';

/** The queues of events that a function is told of; one that it is not told of it does not send to. */
export function laneUrls({
  EVENT_QUEUE_URL: own,
  URGENT_QUEUE_URL: urgent,
  BULK_QUEUE_URL: bulk,
  WIDE_QUEUE_URL: wide,
}: Env): EventQueueUrls {
  return {
    ...(own && { own }),
    ...(urgent && { urgent }),
    ...(bulk && { bulk }),
    ...(wide && { wide }),
  };
}
