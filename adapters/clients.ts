/**
 * The AWS clients, made once per cold start by a function's `index.ts`. The SDK takes region and
 * credentials from the environment, and the endpoint from `AWS_ENDPOINT_URL` if it is set.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

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

/** DynamoDB with plain values; an undefined attribute is left out. */
export const makeDynamo = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(limits), {
    marshallOptions: { removeUndefinedValues: true },
  });

/** The clients of a function; each takes those that it needs. */
export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly secrets: SecretsManagerClient;
};

/** SNS with limits on every attempt. */
export const makeSns = (): SNSClient => new SNSClient(limits);

/** SQS with limits on every attempt. */
export const makeSqs = (): SQSClient => new SQSClient(limits);

/** Secrets Manager with limits on every attempt. */
export const makeSecrets = (): SecretsManagerClient => new SecretsManagerClient(limits);
