/** Sends what is to be notified in groups. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { GroupMessage } from '../../domain/events/messages.ts';
import { toJson } from '../../domain/json.ts';
import { sendMessages } from './send-messages.ts';

/**
 * After so many seconds most firings of a fault are written, and are sent in one group. With what
 * comes after it, the message of a group must arrive within two seconds of the report
 * (`test/bench/group-time.test.ts`).
 */
export const groupDelaySeconds = 1;

/** Sends what is to be sent in groups, to the queue of faults. */
export const groupQueue = (client: SQSClient, url: string) => ({
  /** Durably queues the messages, to be delivered a second later. */
  sendGroups: (groups: readonly GroupMessage[]): Promise<void> =>
    sendMessages(
      client,
      url,
      groups.map((group) => ({ body: toJson(group), delaySeconds: groupDelaySeconds })),
    ),
});
