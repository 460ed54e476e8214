import type { Logger } from '@aws-lambda-powertools/logger';
import { jsonBesideBundle } from '../../adapters/beside-bundle.ts';
import type { Clients } from '../../adapters/clients.ts';
import { type Env, environment, readEnv } from '../../adapters/env.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { addressOf, surfaceVariables } from '../../adapters/http/surface-variables.ts';
import { tokenSessions, tokenVariables } from '../../adapters/identity/token-sessions.ts';
import { operationsApi } from './handler.ts';

/** The variables that `infra/operations.ts` sets. */
export const Environment = environment({
  ...surfaceVariables,
  ...tokenVariables,
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
  });
}
