import { Logger } from '@aws-lambda-powertools/logger';
import { v4 as uuid4 } from 'uuid';
import { alarmStore } from '../../adapters/alarms.ts';
import { makeDynamo, makeSecrets } from '../../adapters/clients.ts';
import { amount, optional, required } from '../../adapters/env.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { secretText } from '../../adapters/secrets.ts';
import { makeTokens } from '../../adapters/tokens.ts';
import { momentOf } from '../../domain/time.ts';
import { alarmingApi } from './handler.ts';

const { env } = process;
const signingKey = secretText(makeSecrets(), required(env, 'SIGNING_SECRET_ARN'));

export const handler = alarmingApi({
  authenticate: makeAuthenticate(makeTokens(signingKey)),
  publicUrl: optional(env, 'PUBLIC_URL', ''),
  logger: new Logger(),
  ...alarmStore(makeDynamo(), {
    alarms: required(env, 'ALARMS_TABLE'),
    history: required(env, 'HISTORY_TABLE'),
    retentionDays: Math.max(15, amount(env, 'HISTORY_RETENTION_DAYS', 30)),
  }),
  now: () => momentOf(Date.now()),
  newId: uuid4,
  acceptWithoutResource: optional(env, 'ACCEPT_ALARMS_WITHOUT_RESOURCE_ID', 'true') !== 'false',
});
