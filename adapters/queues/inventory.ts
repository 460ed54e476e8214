/** Sends events from outside to the inventory. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DoctorEvent } from '../../domain/events/event.ts';
import { toJson } from '../../domain/json.ts';
import { packed } from '../../domain/slices.ts';
import { bytesOf, maxBytes, sendMessages } from './send-messages.ts';

/** Events in a message for the inventory. */
const eventsForInventory = 10;

/** Sends events from outside to the function that takes them over into the rows. */
export const inventoryQueue = (client: SQSClient, url: string) => ({
  /** Durably queues the events, at most ten in a message. */
  sendInventory: (events: readonly DoctorEvent[]): Promise<void> =>
    sendMessages(
      client,
      url,
      packed(events, {
        most: eventsForInventory,
        size: maxBytes,
        sizeOf: (event) => bytesOf(toJson(event)) + 1,
      }).map((some) => ({ body: toJson({ events: some }), delaySeconds: 0 })),
    ),
});
