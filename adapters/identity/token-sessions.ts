/** The check of tokens, put together once for the functions that check nothing else. */
import type { Clients } from '../clients.ts';
import { required } from '../env.ts';
import { secretText } from '../secrets.ts';
import { makeSessions, type Sessions } from './sessions.ts';
import { makeTokens } from './tokens.ts';
import { validityStore } from './validity.ts';

/** The variables of a function that checks tokens. */
export const tokenVariables = { SIGNING_SECRET_ARN: required, VALIDITY_TABLE: required };

/** Sessions of tokens that were signed with the secret, and not revoked in the table. */
export function tokenSessions(
  env: Readonly<Record<keyof typeof tokenVariables, string>>,
  { dynamo, secrets }: Pick<Clients, 'dynamo' | 'secrets'>,
): Sessions {
  const tokens = makeTokens(secretText(secrets, env.SIGNING_SECRET_ARN));
  return makeSessions(tokens, validityStore(dynamo, env.VALIDITY_TABLE));
}
