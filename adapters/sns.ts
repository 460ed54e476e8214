/** The client of SNS. It has a file of its own, so that a function that seldom needs it can load it later. */
import { SNSClient } from '@aws-sdk/client-sns';
import { eachAttempt, first, limits } from './clients.ts';
import { heldUntilPermitted, noAttemptAfterEnd } from './permit.ts';

/** SNS with limits on every attempt. */
export function makeSns(): SNSClient {
  const client = new SNSClient(limits);
  client.middlewareStack.add(heldUntilPermitted, first);
  client.middlewareStack.add(noAttemptAfterEnd, eachAttempt);
  return client;
}
