import type { Logger } from '@aws-lambda-powertools/logger';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { v4 as uuid4 } from 'uuid';
import { alarmStore } from '../../adapters/alarms.ts';
import { amount, type Env, optional, required } from '../../adapters/env.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { secretText } from '../../adapters/secrets.ts';
import { makeTokens } from '../../adapters/tokens.ts';
import { momentOf } from '../../domain/time.ts';
import { alarmingApi } from './handler.ts';

export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly secrets: SecretsManagerClient;
};

export function wire(env: Env, { dynamo, secrets }: Clients, logger: Logger) {
  const signingKey = secretText(secrets, required(env, 'SIGNING_SECRET_ARN'));
  return alarmingApi({
    authenticate: makeAuthenticate(makeTokens(signingKey)),
    publicUrl: optional(env, 'PUBLIC_URL', ''),
    logger,
    ...alarmStore(dynamo, {
      alarms: required(env, 'ALARMS_TABLE'),
      history: required(env, 'HISTORY_TABLE'),
      retentionDays: amount(env, 'HISTORY_RETENTION_DAYS', 30),
    }),
    now: () => momentOf(Date.now()),
    newId: uuid4,
    acceptWithoutResource: optional(env, 'ACCEPT_ALARMS_WITHOUT_RESOURCE_ID', 'true') !== 'false',
  });
}
