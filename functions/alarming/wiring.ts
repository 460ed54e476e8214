import type { Logger } from '@aws-lambda-powertools/logger';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { v4 as uuid4 } from 'uuid';
import { alarmLists } from '../../adapters/alarms/alarm-lists.ts';
import { alarmStore } from '../../adapters/alarms/alarms.ts';
import { historyStore } from '../../adapters/alarms/history.ts';
import { quotaStore } from '../../adapters/alarms/quotas.ts';
import { amount, type Env, list, optional, quota, required } from '../../adapters/env.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { makeSessions } from '../../adapters/identity/sessions.ts';
import { makeTokens } from '../../adapters/identity/tokens.ts';
import { validityStore } from '../../adapters/identity/validity.ts';
import { secretText } from '../../adapters/secrets.ts';
import { momentOf } from '../../domain/time.ts';
import { alarmingApi } from './handler.ts';

type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly secrets: SecretsManagerClient;
};

/** Connects the surface with its tables and settings. */
export function wire(env: Env, { dynamo, secrets }: Clients, logger: Logger) {
  const tokens = makeTokens(secretText(secrets, required(env, 'SIGNING_SECRET_ARN')));
  const validity = validityStore(dynamo, required(env, 'VALIDITY_TABLE'));
  const alarms = required(env, 'ALARMS_TABLE');
  const history = required(env, 'HISTORY_TABLE');
  const quotas = required(env, 'QUOTAS_TABLE');
  const projectQuota = quota(env, 'PROJECT_ALARM_QUOTA');
  return alarmingApi({
    authenticate: makeAuthenticate(makeSessions(tokens, validity)),
    publicUrl: optional(env, 'PUBLIC_URL', ''),
    allowedOrigins: list(env, 'CORS_ALLOWED_ORIGINS'),
    logger,
    ...alarmStore(dynamo, {
      alarms,
      history,
      quotas,
      retentionDays: amount(env, 'HISTORY_RETENTION_DAYS', 30),
      quota: { project: projectQuota, user: quota(env, 'USER_ALARM_QUOTA') },
    }),
    ...alarmLists(dynamo, alarms),
    ...historyStore(dynamo, history),
    ...quotaStore(dynamo, quotas),
    projectQuota,
    now: () => momentOf(Date.now()),
    newId: uuid4,
    actionTopics: list(env, 'ACTION_TOPICS'),
    acceptWithoutResource: optional(env, 'ACCEPT_ALARMS_WITHOUT_RESOURCE_ID', 'true') !== 'false',
  });
}
