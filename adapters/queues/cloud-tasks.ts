/** Sends what the cloud is to be made to show. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { CloudTask, MoveTask } from '../../domain/cloud/cloud-task.ts';
import { toJson } from '../../domain/json.ts';
import { sendMessages } from './send-messages.ts';

/** Sends work to the function that applies Doctor's state to the cloud. */
export const cloudQueues = (
  client: SQSClient,
  urls: { readonly tasks: string; readonly moves: string },
) => {
  const send = (url: string, bodies: readonly unknown[], delaySeconds: number): Promise<void> =>
    sendMessages(
      client,
      url,
      bodies.map((body) => ({ body: toJson(body), delaySeconds })),
    );
  return {
    /** Durably queues the tasks, to be delivered after the delay in seconds. */
    sendTasks: (tasks: readonly CloudTask[], delaySeconds: number): Promise<void> =>
      send(urls.tasks, tasks, delaySeconds),
    /** The same for steps of evacuations, which have a queue of their own. */
    sendMoves: (moves: readonly MoveTask[], delaySeconds: number): Promise<void> =>
      send(urls.moves, moves, delaySeconds),
  };
};
