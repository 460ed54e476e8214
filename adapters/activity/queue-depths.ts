/** What waits in queues, as SQS counts it. */
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { QueueDepth } from '../../domain/delivery/queue-samples.ts';
import { inParallel } from '../in-parallel.ts';
import { queueSamples } from './minutes.ts';

/** Queues asked at once. */
const atOnce = 8;

/** The URLs of queues by their names. */
export type QueueUrls = Readonly<Record<string, string>>;

/** Counts messages. SQS's counts are approximate, and some seconds old. */
export const queueDepths =
  (client: SQSClient, urls: QueueUrls) =>
  async (): Promise<Readonly<Record<string, QueueDepth>>> => {
    const depths = await inParallel(Object.entries(urls), atOnce, async ([name, QueueUrl]) => {
      const { Attributes: counts = {} } = await client.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: [
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesNotVisible',
            'ApproximateNumberOfMessagesDelayed',
          ],
        }),
      );
      const depth: QueueDepth = {
        waiting: Number(counts.ApproximateNumberOfMessages ?? 0),
        in_flight: Number(counts.ApproximateNumberOfMessagesNotVisible ?? 0),
        delayed: Number(counts.ApproximateNumberOfMessagesDelayed ?? 0),
      };
      return [name, depth] as const;
    });
    return Object.fromEntries(depths);
  };

/** The function that keeps a sample of all queues. */
export function queueSampler(
  sqs: SQSClient,
  dynamo: DynamoDBDocumentClient,
  env: {
    readonly ACTIVITY_TABLE: string;
    readonly WORK_QUEUES: QueueUrls;
    readonly DEAD_LETTER_QUEUES: QueueUrls;
  },
): (at: string) => Promise<void> {
  const depthsOfWork = queueDepths(sqs, env.WORK_QUEUES);
  const depthsOfDeadLetters = queueDepths(sqs, env.DEAD_LETTER_QUEUES);
  const { keepSample } = queueSamples(dynamo, env.ACTIVITY_TABLE);
  const waitingIn = (depths: Readonly<Record<string, QueueDepth>>) =>
    Object.fromEntries(Object.entries(depths).map(([name, { waiting }]) => [name, waiting]));
  return async (at) => {
    const [work, dead] = await Promise.all([depthsOfWork(), depthsOfDeadLetters()]);
    await keepSample({ at, waiting: waitingIn(work), dead_letters: waitingIn(dead) });
  };
}
