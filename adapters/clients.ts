/**
 * The AWS clients, made once per cold start by a function's `index.ts`. The SDK takes region and
 * credentials from the environment, and the endpoint from `AWS_ENDPOINT_URL` if it is set. Changes wait
 * until the caller of the request is known to be allowed, and nothing is called once the request was answered
 * (`permit.ts`).
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { heldUntilPermitted, noAttemptAfterEnd } from './permit.ts';

/**
 * Ends a hung connection long before the Lambda times out; the SDK's default is no limit. The SDK
 * repeats an attempt that was ended, so every write must allow a repeat.
 */
const limits = {
  maxAttempts: 4,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 4_000,
    throwOnRequestTimeout: true,
  },
} as const;

/** The first step of every call. */
export const first = { step: 'initialize', priority: 'high', name: 'permit' } as const;

/** The first step of every attempt: the SDK repeats what comes after its own step of this kind. */
export const eachAttempt = { step: 'finalizeRequest', priority: 'low', name: 'attempt' } as const;

/** DynamoDB with plain values; an undefined attribute is left out. */
export function makeDynamo(): DynamoDBDocumentClient {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(limits), {
    marshallOptions: { removeUndefinedValues: true },
  });
  client.middlewareStack.add(heldUntilPermitted, first);
  client.middlewareStack.add(noAttemptAfterEnd, eachAttempt);
  return client;
}

/** The clients of a function; each takes those that it needs. */
export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly secrets: SecretsManagerClient;
};

/**
 * The limits, with the connections of another client. Calls to one host then share connections, as all do on
 * the embedded stack: the first call after a pause does not wait for one, and so is not overtaken.
 */
export const limitsBeside = (other: DynamoDBDocumentClient | undefined) =>
  other ? { ...limits, requestHandler: other.config.requestHandler } : limits;

/** SQS with limits on every attempt. @param beside a client whose connections it shares. */
export function makeSqs(beside?: DynamoDBDocumentClient): SQSClient {
  const client = new SQSClient(limitsBeside(beside));
  client.middlewareStack.add(heldUntilPermitted, first);
  client.middlewareStack.add(noAttemptAfterEnd, eachAttempt);
  return client;
}

/** Secrets Manager with limits on every attempt. */
export function makeSecrets(): SecretsManagerClient {
  const client = new SecretsManagerClient(limits);
  client.middlewareStack.add(heldUntilPermitted, first);
  client.middlewareStack.add(noAttemptAfterEnd, eachAttempt);
  return client;
}
