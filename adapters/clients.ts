/**
 * The AWS clients, made once per cold start by a function's `index.ts`. Where they point is the
 * SDK's own business: the region and credentials of the environment, `AWS_ENDPOINT_URL` if set.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * A hung connection is given up long before the Lambda is. The SDK's defaults wait for ever, and an
 * attempt that is cut off is made again: every write of ours may be repeated.
 */
const patience = {
  maxAttempts: 4,
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 4_000,
    throwOnRequestTimeout: true,
  },
} as const;

/** DynamoDB with plain values; an undefined attribute is left out. */
export const makeDynamo = (): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(new DynamoDBClient(patience), {
    marshallOptions: { removeUndefinedValues: true },
  });

/** The clients of a function; each takes those that it needs. */
export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly sqs: SQSClient;
  readonly sns: SNSClient;
  readonly secrets: SecretsManagerClient;
};

export const makeSns = (): SNSClient => new SNSClient(patience);

export const makeSqs = (): SQSClient => new SQSClient(patience);

export const makeSecrets = (): SecretsManagerClient => new SecretsManagerClient(patience);
