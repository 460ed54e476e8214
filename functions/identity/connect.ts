import { randomBytes } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { Clients } from '../../adapters/clients.ts';
import { type Env, environment, limit, readEnv, required } from '../../adapters/env.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { addressOf, surfaceVariables } from '../../adapters/http/surface-variables.ts';
import {
  authenticationVariables,
  makeAuthentication,
} from '../../adapters/identity/authentication.ts';
import { directory } from '../../adapters/identity/directory.ts';
import { hashGenerated, hashGiven, newSecret } from '../../adapters/identity/secret-hashes.ts';
import { identityApi } from './handler.ts';

/** The variables that `infra/identity.ts` sets. */
export const Environment = environment({
  ...surfaceVariables,
  ...authenticationVariables,
  CREDENTIALS_PER_USER: limit,
  REGION_NAME: required,
});

/** The identity surface on the tables and secrets that the variables name. */
export function connect(
  variables: Env,
  clients: Pick<Clients, 'dynamo' | 'secrets'>,
  logger: Logger,
) {
  const env = readEnv(Environment, variables);
  const { accounts, credentials, validity, sign, sessions, logins } = makeAuthentication(
    env,
    clients,
  );
  return identityApi({
    ...addressOf(env),
    authenticate: makeAuthenticate({ verify: sessions.verify }),
    logger,
    account: accounts.get,
    ...logins,
    ...directory(clients.dynamo, env.IDENTITY_TABLE),
    sign,
    verify: sessions.verify,
    revoke: validity.revoke,
    credentialsOf: credentials.of,
    addCredential: credentials.add,
    removeCredential: credentials.remove,
    newSecret,
    hashGenerated,
    hashGiven: (secret) => hashGiven(secret, env.PASSWORD_HASH_ROUNDS),
    newCredentialId: () => randomBytes(16).toString('hex'),
    credentialsPerUser: env.CREDENTIALS_PER_USER,
    // Keystone's form of an audit id: 22 characters.
    newAuditId: () => randomBytes(16).toString('base64url'),
    now: Date.now,
    region: env.REGION_NAME,
  });
}
