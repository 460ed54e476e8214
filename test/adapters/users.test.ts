import { randomUUID } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, expect, test } from 'vitest';
import { makeAccounts } from '../../adapters/identity/accounts.ts';
import { hashPassword } from '../../adapters/identity/passwords.ts';
import { makeTokens } from '../../adapters/identity/tokens.ts';
import { userStore } from '../../adapters/identity/users.ts';
import { secretText } from '../../adapters/secrets.ts';
import { accountOf, admin, grantFor } from '../../domain/identity/identity.ts';
import { clientConfig, dynamodb, output } from '../stack/stack.ts';

const dynamo = dynamodb();
const table = output('IdentityTable');
const validity = output('ValidityTable');
const users = userStore(dynamo, { identity: table, validity });
const secrets = new SecretsManagerClient(clientConfig());
const adminSecret = secretText(secrets, output('AdminSecretArn'));

const alice = accountOf(`alice-${randomUUID()}`, [{ name: 'tenant-x', roles: ['member'] }]);
const row = { ...alice, password_hash: await hashPassword('alice-secret') };

afterAll(async () => {
  await dynamo.send(new DeleteCommand({ TableName: table, Key: { id: alice.id } }));
  const changed = { TableName: validity, Key: { id: `user#${alice.id}` } };
  await dynamo.send(new DeleteCommand(changed));
  dynamo.destroy();
  secrets.destroy();
});

test('a user is created, changed and deleted, and not by a writer who has read an older row', async () => {
  expect(await users.get(alice.id)).toBeUndefined();
  const made = { before: undefined, after: row, endsTokens: true };
  expect(await users.change(made)).toBe(true);
  expect(await users.change(made)).toBe(false);
  const before = await users.get(alice.id);
  expect(before).toEqual({ ...row, revision: 1 });
  const change = { before, after: { ...row, projects: [] }, endsTokens: false };
  expect(await users.change(change)).toBe(true);
  expect(await users.change(change)).toBe(false);
  expect(before && (await users.remove(before))).toBe(false);
  const now = await users.get(alice.id);
  expect(now).toEqual({ ...row, projects: [], revision: 2 });
  expect(now && (await users.remove(now))).toBe(true);
  expect(await users.get(alice.id)).toBeUndefined();
});

test('a row written before revisions existed is changed once', async () => {
  await dynamo.send(new PutCommand({ TableName: table, Item: row }));
  const before = await users.get(alice.id);
  const change = { before, after: row, endsTokens: false };
  expect(await users.change(change)).toBe(true);
  expect(await users.change(change)).toBe(false);
});

test('a row that is not a valid user is an internal error, not an unknown user', async () => {
  await dynamo.send(new PutCommand({ TableName: table, Item: { id: alice.id, name: 'alice' } }));
  await expect(users.get(alice.id)).rejects.toThrow('password_hash');
});

test('users of the table and the admin of the secret log in with their passwords', async () => {
  await dynamo.send(new PutCommand({ TableName: table, Item: row }));
  const accounts = makeAccounts(users.get, adminSecret);
  const { password } = JSON.parse(await adminSecret());
  expect(await accounts.withPassword(alice.id, 'alice-secret')).toEqual(alice);
  expect(await accounts.withPassword(alice.id, password)).toBeUndefined();
  expect(await accounts.withPassword(admin.id, password)).toEqual(admin);
  expect(await accounts.withPassword(admin.id, 'alice-secret')).toBeUndefined();
});

test('the deployment has a key of its own that tokens are signed with', async () => {
  const key = secretText(secrets, output('SigningSecretArn'));
  expect((await key()).length).toBeGreaterThanOrEqual(32);
  const now = Math.floor(Date.now() / 1000);
  const scope = { kind: 'default' } as const;
  const grant = grantFor({ account: alice, scope, audit_id: 'audit', now });
  const token = await makeTokens(key).sign(grant);
  expect(await makeTokens(key).verify(token)).toEqual(grant);
  expect(await makeTokens(async () => 'x'.repeat(64)).verify(token)).toBeUndefined();
});
