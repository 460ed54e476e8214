import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Stack } from '../scripts/stack/bring-up.ts';
import { region, rootCredentials } from '../scripts/stack/ministack.ts';

/** The messages of a queue, by their state. */
export type Depth = {
  readonly visible: number;
  readonly inWork: number;
  readonly delayed: number;
};

export type Queues = {
  readonly depth: (queueUrl: string) => Promise<Depth>;
  /** Waits until the evaluator has nothing to do; safe copies may come later. */
  readonly evaluatorIdle: () => Promise<void>;
  /** Waits until no event is left in the express lane and the safe lane. */
  readonly allQuiet: (patienceMs?: number) => Promise<void>;
  /** Waits until no webhook waits or is being sent; retries may come later. */
  readonly webhooksIdle: (patienceMs?: number) => Promise<void>;
};

/** Streams are polled every second, so if the queues stay empty for longer, no more work follows. */
const quietMs = 1_500;
const usualPatienceMs = 120_000;

/** Reads the depths of a stack's queues. */
export function queuesOf({ endpoint, outputs }: Stack): Queues {
  const sqs = new SQSClient({ endpoint, region, credentials: rootCredentials });
  const urls = (...names: string[]) => names.flatMap((name) => outputs[name] ?? []);
  const events = urls(
    ...['EventQueueUrl', 'ChangeQueueUrl', 'UrgentQueueUrl', 'BulkQueueUrl', 'WideQueueUrl'],
  );
  const webhooks = urls('WebhookQueueUrl', 'WebhookRetryQueueUrl');

  const depth = async (queueUrl: string): Promise<Depth> => {
    const names = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ] as const;
    const { Attributes: found = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }),
    );
    const [visible, inWork, delayed] = names.map((name) => Number(found[name]));
    return { visible: visible ?? 0, inWork: inWork ?? 0, delayed: delayed ?? 0 };
  };

  const isIdle = ({ visible, inWork }: Depth) => visible === 0 && inWork === 0;
  const isQuiet = (found: Depth) => isIdle(found) && found.delayed === 0;

  type Look = { readonly forMs: number; readonly lookMs: number; readonly patienceMs?: number };
  const until = async (
    queues: readonly string[],
    good: (found: Depth) => boolean,
    { forMs, lookMs, patienceMs = usualPatienceMs }: Look,
  ) => {
    const deadline = Date.now() + patienceMs;
    for (let since: number | undefined; ; await sleep(lookMs)) {
      const now = Date.now();
      if (now > deadline) throw new Error('the queues do not come to rest');
      const found = await Promise.all(queues.map(depth));
      if (!found.every(good)) since = undefined;
      else since ??= now;
      if (since !== undefined && Date.now() - since >= forMs) return;
    }
  };

  return {
    depth,
    evaluatorIdle: () => until(events, isIdle, { forMs: 0, lookMs: 10 }),
    allQuiet: (patience) =>
      until(events, isQuiet, {
        forMs: quietMs,
        lookMs: 200,
        ...(patience !== undefined && { patienceMs: patience }),
      }),
    webhooksIdle: (patience) =>
      until(webhooks, isIdle, {
        forMs: quietMs,
        lookMs: 200,
        ...(patience !== undefined && { patienceMs: patience }),
      }),
  };
}
