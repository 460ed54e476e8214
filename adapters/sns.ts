/** The client of SNS. It has a file of its own, so that a function that seldom needs it can load it later. */
import { SNSClient } from '@aws-sdk/client-sns';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { eachAttempt, first, limitsBeside } from './clients.ts';
import { heldUntilPermitted, noAttemptAfterEnd } from './permit.ts';

/** SNS with limits on every attempt. @param beside a client whose connections it shares. */
export function makeSns(beside?: DynamoDBDocumentClient): SNSClient {
  const client = new SNSClient(limitsBeside(beside));
  client.middlewareStack.add(heldUntilPermitted, first);
  client.middlewareStack.add(noAttemptAfterEnd, eachAttempt);
  return client;
}
