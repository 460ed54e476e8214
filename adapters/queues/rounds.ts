/** Sends the alarms that a round evaluates. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { RoundLane, RoundMessage } from '../../domain/alarms/round-plan.ts';
import { toJson } from '../../domain/json.ts';
import { messageGroupOf, sendMessages } from './send-messages.ts';

/** Sends the messages of rounds to the queues of their lanes. */
export const roundQueues = (client: SQSClient, urls: Readonly<Record<RoundLane, string>>) => ({
  /** Durably queues the messages in their lanes. The group is the project. */
  sendRounds: async (messages: readonly RoundMessage[]): Promise<void> => {
    for (const [lane, its] of Map.groupBy(messages, (message) => message.lane)) {
      const outgoing = its.map((message) => ({
        body: toJson(message),
        delaySeconds: 0,
        group: messageGroupOf(message.project_id),
      }));
      await sendMessages(client, urls[lane], outgoing);
    }
  },
});
