/** Sends faults that are to be finished. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { FinishMessage } from '../../domain/events/messages.ts';
import { toJson } from '../../domain/json.ts';
import { sendMessages } from './send-messages.ts';

/** Sends work to the fault-finisher. */
export const faultQueue = (client: SQSClient, url: string) => ({
  /** Queues each message once for each delay in seconds. */
  sendFinish: (messages: readonly FinishMessage[], delays: readonly number[]): Promise<void> =>
    sendMessages(
      client,
      url,
      messages.flatMap((message) =>
        delays.map((delaySeconds) => ({ body: toJson(message), delaySeconds })),
      ),
    ),
});
