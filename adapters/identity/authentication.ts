/** Connects logins and tokens with their tables, for the functions that check passwords. */
import * as z from 'zod';
import type { Clients } from '../clients.ts';
import { amount, required } from '../env.ts';
import { secretText } from '../secrets.ts';
import { makeAccounts } from './accounts.ts';
import { attemptStore } from './attempts.ts';
import { credentialStore } from './credentials.ts';
import { makeLogins } from './logins.ts';
import { makeSessions } from './sessions.ts';
import { tokenVariables } from './token-sessions.ts';
import { makeTokens } from './tokens.ts';
import { userReader } from './users.ts';
import { validityStore } from './validity.ts';

/** The variables of a function that checks passwords. */
export const authenticationVariables = {
  ...tokenVariables,
  ADMIN_SECRET_ARN: required,
  IDENTITY_TABLE: required,
  CREDENTIALS_TABLE: required,
  ATTEMPTS_TABLE: required,
  LOGIN_ATTEMPTS_PER_USER: amount,
  LOGIN_ATTEMPTS_PER_SOURCE: amount,
  LOGIN_ATTEMPTS_WINDOW_SECONDS: amount,
  PASSWORD_HASH_ROUNDS: amount,
};

const Variables = z.object(authenticationVariables);

/** Accounts, logins, sessions and credentials, on the tables and secrets of the environment. */
export function makeAuthentication(
  env: z.infer<typeof Variables>,
  { dynamo, secrets }: Pick<Clients, 'dynamo' | 'secrets'>,
) {
  const tokens = makeTokens(secretText(secrets, env.SIGNING_SECRET_ARN));
  const validity = validityStore(dynamo, env.VALIDITY_TABLE);
  const users = userReader(dynamo, env.IDENTITY_TABLE);
  const rounds = env.PASSWORD_HASH_ROUNDS;
  const accounts = makeAccounts(users.get, secretText(secrets, env.ADMIN_SECRET_ARN), rounds);
  const credentials = credentialStore(dynamo, {
    credentials: env.CREDENTIALS_TABLE,
    validity: env.VALIDITY_TABLE,
  });
  const attempts = attemptStore(dynamo, {
    table: env.ATTEMPTS_TABLE,
    limits: {
      perUser: env.LOGIN_ATTEMPTS_PER_USER,
      perSource: env.LOGIN_ATTEMPTS_PER_SOURCE,
      windowSeconds: env.LOGIN_ATTEMPTS_WINDOW_SECONDS,
    },
  });
  return {
    accounts,
    credentials,
    validity,
    sign: tokens.sign,
    sessions: makeSessions(tokens, validity),
    logins: makeLogins({ accounts, credentials, attempts, rounds }),
  };
}
