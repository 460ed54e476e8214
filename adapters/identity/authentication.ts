/** Connects logins and tokens with their tables, for the functions that check passwords. */
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { amount, type Env, required } from '../env.ts';
import { secretText } from '../secrets.ts';
import { makeAccounts } from './accounts.ts';
import { attemptStore } from './attempts.ts';
import { credentialStore } from './credentials.ts';
import { makeLogins } from './logins.ts';
import { makeSessions } from './sessions.ts';
import { makeTokens } from './tokens.ts';
import { userReader } from './users.ts';
import { validityStore } from './validity.ts';

type Clients = { readonly dynamo: DynamoDBDocumentClient; readonly secrets: SecretsManagerClient };

/** Accounts, logins, sessions and credentials, on the tables and secrets of the environment. */
export function makeAuthentication(env: Env, { dynamo, secrets }: Clients) {
  const tokens = makeTokens(secretText(secrets, required(env, 'SIGNING_SECRET_ARN')));
  const validity = validityStore(dynamo, required(env, 'VALIDITY_TABLE'));
  const users = userReader(dynamo, required(env, 'IDENTITY_TABLE'));
  const accounts = makeAccounts(users.get, secretText(secrets, required(env, 'ADMIN_SECRET_ARN')));
  const credentials = credentialStore(dynamo, {
    credentials: required(env, 'CREDENTIALS_TABLE'),
    validity: required(env, 'VALIDITY_TABLE'),
  });
  const attempts = attemptStore(dynamo, {
    table: required(env, 'ATTEMPTS_TABLE'),
    limits: {
      perUser: amount(env, 'LOGIN_ATTEMPTS_PER_USER', 10),
      perSource: amount(env, 'LOGIN_ATTEMPTS_PER_SOURCE', 300),
      windowSeconds: amount(env, 'LOGIN_ATTEMPTS_WINDOW_SECONDS', 900),
    },
  });
  return {
    accounts,
    credentials,
    validity,
    sign: tokens.sign,
    sessions: makeSessions(tokens, validity),
    logins: makeLogins({ accounts, credentials, attempts }),
  };
}
