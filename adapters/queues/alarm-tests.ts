/** Sends tests of alarms to an evaluator. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { TestMessage } from '../../domain/events/messages.ts';
import { toJson } from '../../domain/json.ts';
import { messageGroupOf, sendMessages } from './send-messages.ts';

/** Sends tests to a queue of an evaluator. */
export const alarmTestQueue = (client: SQSClient, url: string) => ({
  /** Durably queues the test of a project's alarm, or throws. The group is the project. */
  queueTest: (message: TestMessage, project_id: string): Promise<void> =>
    sendMessages(client, url, [
      { body: toJson(message), delaySeconds: 0, group: messageGroupOf(project_id) },
    ]),
});
