/** Sends what falls due: timers of alarms, and ticks. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { type ProjectTimer, timeoutMessages } from '../../domain/alarms/timeout-messages.ts';
import { toJson } from '../../domain/json.ts';
import type { Tick } from '../../domain/timers/ticks.ts';
import { messageGroupOf, sendMessages } from './send-messages.ts';

/** Sends timers of alarms to their queue. */
export const timeoutQueue = (client: SQSClient, url: string) => ({
  /** Durably queues the timers, each to be delivered when it falls due. The group is the project. */
  sendTimeouts: (timers: readonly ProjectTimer[], now: string): Promise<void> =>
    sendMessages(
      client,
      url,
      timeoutMessages(timers, now).map(({ project_id, message, delaySeconds }) => ({
        body: toJson(message),
        delaySeconds,
        group: messageGroupOf(project_id),
      })),
    ),
});

/** Sends ticks. */
export const tickQueue = (client: SQSClient, url: string) => ({
  sendTicks: (ticks: readonly (Tick & { readonly delaySeconds: number })[]): Promise<void> =>
    sendMessages(
      client,
      url,
      ticks.map(({ tick, delaySeconds }) => ({ body: toJson({ tick }), delaySeconds })),
    ),
});
