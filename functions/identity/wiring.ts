import { randomBytes } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Env, list, optional, quota, required } from '../../adapters/env.ts';
import { makeAuthenticate } from '../../adapters/http/authenticate.ts';
import { makeAuthentication } from '../../adapters/identity/authentication.ts';
import { directory } from '../../adapters/identity/directory.ts';
import { hashGenerated, hashGiven, newSecret } from '../../adapters/identity/secret-hashes.ts';
import { identityApi } from './handler.ts';

export type Clients = {
  readonly dynamo: DynamoDBDocumentClient;
  readonly secrets: SecretsManagerClient;
};

export function wire(env: Env, clients: Clients, logger: Logger) {
  const { accounts, credentials, validity, sign, sessions, logins } = makeAuthentication(
    env,
    clients,
  );
  return identityApi({
    authenticate: makeAuthenticate(sessions),
    publicUrl: optional(env, 'PUBLIC_URL', ''),
    allowedOrigins: list(env, 'CORS_ALLOWED_ORIGINS'),
    logger,
    account: accounts.get,
    ...logins,
    ...directory(clients.dynamo, required(env, 'IDENTITY_TABLE')),
    sign,
    verify: sessions.verify,
    revoke: validity.revoke,
    credentialsOf: credentials.of,
    addCredential: credentials.add,
    removeCredential: credentials.remove,
    newSecret,
    hashGenerated,
    hashGiven,
    newCredentialId: () => randomBytes(16).toString('hex'),
    credentialsPerUser: quota(env, 'CREDENTIALS_PER_USER'),
    // Keystone's form of an audit id: 22 characters.
    newAuditId: () => randomBytes(16).toString('base64url'),
    now: Date.now,
    region: optional(env, 'REGION_NAME', 'RegionOne'),
  });
}
