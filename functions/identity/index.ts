import { randomBytes } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { makeDynamo, makeSecrets } from '../../adapters/clients.ts';
import { list, optional, required } from '../../adapters/env.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { makeAccounts } from '../../adapters/identity/accounts.ts';
import { makeTokens } from '../../adapters/identity/tokens.ts';
import { makeUsers } from '../../adapters/identity/users.ts';
import { secretText } from '../../adapters/secrets.ts';
import { identityApi } from './handler.ts';

const { env } = process;
const secrets = makeSecrets();
const users = makeUsers(makeDynamo(), required(env, 'IDENTITY_TABLE'));
const accounts = makeAccounts(users.get, secretText(secrets, required(env, 'ADMIN_SECRET_ARN')));
const tokens = makeTokens(secretText(secrets, required(env, 'SIGNING_SECRET_ARN')));

export const handler = identityApi({
  authenticate: makeAuthenticate(tokens),
  publicUrl: optional(env, 'PUBLIC_URL', ''),
  allowedOrigins: list(env, 'CORS_ALLOWED_ORIGINS'),
  logger: new Logger(),
  account: accounts.get,
  accountWithPassword: accounts.withPassword,
  ...tokens,
  // Keystone's form of an audit id: 22 characters.
  newAuditId: () => randomBytes(16).toString('base64url'),
  now: Date.now,
  region: optional(env, 'REGION_NAME', 'RegionOne'),
});
