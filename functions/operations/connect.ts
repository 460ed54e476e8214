import { randomUUID } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import { silenceLists, silenceStore } from '../../adapters/alarms/silences.ts';
import { jsonBesideBundle } from '../../adapters/beside-bundle.ts';
import type { Clients } from '../../adapters/clients.ts';
import { amount, type Env, environment, readEnv, required } from '../../adapters/env.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { addressOf, surfaceVariables } from '../../adapters/http/surface-variables.ts';
import { tokenSessions, tokenVariables } from '../../adapters/identity/token-sessions.ts';
import { operationsApi } from './handler.ts';

/** The variables that `infra/operations.ts` sets. */
export const Environment = environment({
  ...surfaceVariables,
  ...tokenVariables,
  SILENCES_TABLE: required,
  QUOTAS_TABLE: required,
  SILENCES_PER_PROJECT: amount,
  SILENCE_LONGEST_SECONDS: amount,
});

/** The surface on the tables and queues that the variables name. */
export function connect(
  variables: Env,
  { dynamo, secrets }: Pick<Clients, 'dynamo' | 'secrets'>,
  logger: Logger,
) {
  const env = readEnv(Environment, variables);
  return operationsApi({
    ...addressOf(env),
    authenticate: makeAuthenticate(tokenSessions(env, { dynamo, secrets })),
    logger,
    openApi: jsonBesideBundle('openapi.json'),
    silencing: {
      ...silenceStore(dynamo, { silences: env.SILENCES_TABLE, quotas: env.QUOTAS_TABLE }),
      ...silenceLists(dynamo, env.SILENCES_TABLE),
      silencesPerProject: env.SILENCES_PER_PROJECT,
      silenceLongestSeconds: env.SILENCE_LONGEST_SECONDS,
      newId: randomUUID,
      now: () => new Date().toISOString(),
    },
  });
}
