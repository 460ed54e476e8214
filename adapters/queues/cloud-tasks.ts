/** Sends what the cloud is to be made to show. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { CloudTask, MoveTask } from '../../domain/cloud/cloud-task.ts';
import { toJson } from '../../domain/json.ts';
import { sendMessages } from './send-messages.ts';

const send = (
  client: SQSClient,
  url: string,
  bodies: readonly unknown[],
  delaySeconds: number,
): Promise<void> =>
  sendMessages(
    client,
    url,
    bodies.map((body) => ({ body: toJson(body), delaySeconds })),
  );

/** Sends tasks for services and ports to the function that applies Doctor's state to the cloud. */
export const cloudTaskQueue = (client: SQSClient, url: string) => ({
  /** Durably queues the tasks, to be delivered after the delay in seconds. */
  sendTasks: (tasks: readonly CloudTask[], delaySeconds: number): Promise<void> =>
    send(client, url, tasks, delaySeconds),
});

/** Sends it all its work. */
export const cloudQueues = (
  client: SQSClient,
  urls: { readonly tasks: string; readonly moves: string },
) => ({
  ...cloudTaskQueue(client, urls.tasks),
  /** The same for steps of evacuations, which have a queue of their own. */
  sendMoves: (moves: readonly MoveTask[], delaySeconds: number): Promise<void> =>
    send(client, urls.moves, moves, delaySeconds),
});
