/** Sends the jobs of the mirror of the cloud. */
import type { SQSClient } from '@aws-sdk/client-sqs';
import { toJson } from '../../domain/json.ts';
import type { DelayedJob } from '../../domain/mirror/cloud-job.ts';
import type { HostReturn } from '../../domain/mirror/returned-host.ts';
import { sendMessages } from './send-messages.ts';

/** The queue of the jobs that mirror the cloud. */
export const cloudJobQueue = (client: SQSClient, url: string) => ({
  /** Queues jobs, each to be delivered after its delay. */
  sendJobs: (jobs: readonly DelayedJob[]): Promise<void> =>
    sendMessages(
      client,
      url,
      jobs.map(({ message, delaySeconds }) => ({ body: toJson(message), delaySeconds })),
    ),
  /** Queues that a host is up again, so that its servers are read. */
  sendHostReturn: (message: HostReturn): Promise<void> =>
    sendMessages(client, url, [{ body: toJson(message), delaySeconds: 0 }]),
});
