import type { Logger } from '@aws-lambda-powertools/logger';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { amount, delays, type Env, required } from '../../adapters/env.ts';
import { ownEvents } from '../../adapters/event-lanes.ts';
import { affectedNotes } from '../../adapters/hosts/affected.ts';
import { deadLetters, faultQueue } from '../../adapters/queues.ts';
import { rowChanges } from '../../adapters/stream-records.ts';
import { audit } from '../../adapters/topics.ts';
import { reconcile } from '../../flows/reconcile.ts';
import { createHandler } from './handler.ts';

export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
};

export function wire(env: Env, { dynamo, sqs, sns }: Clients, logger: Logger) {
  const events = ownEvents(sqs, env);
  const faults = faultQueue(sqs, required(env, 'FAULT_QUEUE_URL'));
  const delaySeconds = amount(env, 'SAFE_LANE_DELAY_SECONDS', 5);
  const finishDelays = delays(env, 'FINISH_DELAYS_SECONDS', '5,900');
  const deps = {
    sendCopies: (copies: Parameters<typeof events.sendEvents>[0]) =>
      events.sendEvents(copies, { delaySeconds }),
    sendFinish: (messages: Parameters<typeof faults.sendFinish>[0]) =>
      faults.sendFinish(messages, finishDelays),
    ...deadLetters(sqs, required(env, 'EVENT_DLQ_URL')),
    ...audit(sns, required(env, 'EVENTS_TOPIC_ARN')),
    ...affectedNotes(dynamo, required(env, 'AFFECTED_TABLE')),
  };
  return createHandler({
    read: rowChanges,
    reconcile: (changes) => reconcile(deps, changes),
    log: logger,
  });
}
