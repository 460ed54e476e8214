/**
 * The rows that `identity` writes, in real tables: attempts, credentials, revocations; and its
 * lists.
 */
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attemptStore } from '../../adapters/identity/attempts.ts';
import { badTokenCounts } from '../../adapters/identity/bad-tokens.ts';
import { type CredentialStore, credentialStore } from '../../adapters/identity/credentials.ts';
import { directory, projectWriter } from '../../adapters/identity/directory.ts';
import { userStore } from '../../adapters/identity/users.ts';
import { validityStore } from '../../adapters/identity/validity.ts';
import type { StoredCredential } from '../../domain/identity/application-credential.ts';
import { accountOf, grantFor } from '../../domain/identity/identity.ts';
import { mostBadTokens } from '../../domain/identity/other-issuer.ts';
import { type OwnThings, ownThings } from '../stack/own-tables.ts';
import { dynamodb } from '../stack/stack.ts';

const dynamo = dynamodb();
let own: OwnThings;
let credentials: CredentialStore;
beforeAll(async () => {
  own = await ownThings();
  const { CREDENTIALS_TABLE, VALIDITY_TABLE: validity } = own.env;
  credentials = credentialStore(dynamo, { credentials: CREDENTIALS_TABLE, validity });
});
afterAll(async () => {
  await own.cleanup();
  dynamo.destroy();
});

const clock = { now: 1_800_000_000_000 };
const attempts = (limits: { perUser: number; perSource: number }) =>
  attemptStore(
    dynamo,
    { table: own.env.ATTEMPTS_TABLE, limits: { ...limits, windowSeconds: 900 } },
    () => clock.now,
  );
const times = async (n: number, attempt: () => Promise<boolean>) => {
  const answers = await Promise.all(Array.from({ length: n }, attempt));
  return answers.filter((allowed) => allowed).length;
};

test('of many attempts at once on a user, as many as the limit are let through', async () => {
  const { begin } = attempts({ perUser: 3, perSource: 100 });
  expect(await times(12, () => begin('u1', 's1'))).toBe(3);
  expect(await begin('u2', 's1')).toBe(true);
  expect(await begin('u1', 's2')).toBe(true);
});

test('a source has its own limit over all users, which does not affect other sources', async () => {
  const { begin } = attempts({ perUser: 10, perSource: 4 });
  let user = 0;
  expect(await times(9, () => begin(`wide-${user++}`, 's3'))).toBe(4);
  expect(await begin('wide', 's4')).toBe(true);
});

test('a right attempt forgets those on its user, and of the source itself alone', async () => {
  const { begin, succeed } = attempts({ perUser: 2, perSource: 4 });
  expect(await times(2, () => begin('u5', 's5'))).toBe(2);
  await succeed('u5', 's5');
  // Of the source's two attempts one is left, and three more are free; the user has two again.
  expect(await times(3, () => begin('u5', 's5'))).toBe(2);
  expect(await times(3, () => begin('u6', 's5'))).toBe(1);
});

test('wrong attempts are forgotten when their window is over', async () => {
  const { begin } = attempts({ perUser: 2, perSource: 100 });
  expect(await times(5, () => begin('u7', 's7'))).toBe(2);
  clock.now += 899_000;
  expect(await begin('u7', 's7')).toBe(false);
  clock.now += 1_000;
  expect(await times(5, () => begin('u7', 's7'))).toBe(2);
});

test('a limit of 0 limits nothing', async () => {
  const { begin } = attempts({ perUser: 0, perSource: 0 });
  expect(await times(5, () => begin('u8', 's8'))).toBe(5);
});

const credential = (id: string, name: string): StoredCredential => ({
  ...{ id, name, user_id: 'u', incarnation: 'i', unrestricted: false, description: null },
  ...{ project: { id: 'p', name: 'p' }, roles: ['reader'], secret_hash: 'h' },
  access_rules: [{ service: 'compute', method: 'GET', path: '/**' }],
  ends_at: 1_900_000_000,
});

test('a credential is found by id and by name, listed, and deleted once', async () => {
  const [one, two] = [credential('1', 'a'), credential('2', 'b')];
  const owner = { user_id: 'u', incarnation: 'i' };
  expect([await credentials.add(two), await credentials.add(one)]).toEqual([true, true]);
  expect(await credentials.add(credential('3', 'a'))).toBe(false);
  expect(await credentials.byId('3')).toBeUndefined();
  expect(await credentials.byId('1')).toEqual(one);
  expect(await credentials.byName(owner, 'b')).toEqual(two);
  expect(await credentials.of(owner)).toEqual([one, two]);
  expect(await credentials.of({ ...owner, incarnation: 'j' })).toEqual([]);
  expect([await credentials.remove(one), await credentials.remove(one)]).toEqual([true, false]);
  expect(await credentials.byId('1')).toBeUndefined();
  const again = credential('4', 'a');
  expect(await credentials.add(again)).toBe(true);
  expect(await credentials.remove(one)).toBe(false);
  expect(await credentials.of(owner)).toEqual([again, two]);
});

test('all about a token is one read: its chain, its user, its credential', async () => {
  const tables = { identity: own.env.IDENTITY_TABLE, validity: own.env.VALIDITY_TABLE };
  const { factsOf, revoke } = validityStore(dynamo, tables.validity);
  const users = userStore(dynamo, tables);
  const alice = { ...accountOf('alice', []), generation: 'g1', incarnation: 'i1' };
  const grant = grantFor({ account: alice, scope: { kind: 'default' }, audit_id: 'a', now: 1 });
  expect(await factsOf(grant)).toEqual({ revoked: false });
  const after = { ...alice, password_hash: 'h' };
  await users.change({ before: undefined, after, endsTokens: true });
  expect(await factsOf(grant)).toEqual({ revoked: false, generation: 'g1' });
  const before = await users.get(alice.id);
  if (before) await users.remove(before);
  expect(await factsOf(grant)).toEqual({ revoked: false, generation: null });
  await credentials.add(credential('5', 'c'));
  const { access_rules, name, unrestricted } = credential('5', 'c');
  expect(await factsOf({ ...grant, credential_id: '5' })).toMatchObject({
    credential: { id: '5', name, unrestricted, access_rules },
  });
  await revoke({ ...grant, audit_id: 'b', parent_audit_id: 'a' });
  expect(await factsOf(grant)).toMatchObject({ revoked: true });
});

test('users and projects are listed by name, and are no user or project of each other', async () => {
  const { IDENTITY_TABLE: table, VALIDITY_TABLE: validity } = own.env;
  const users = userStore(dynamo, { identity: table, validity });
  const found = directory(dynamo, table);
  const write = projectWriter(dynamo, table);
  const projects = [
    { id: 'p2', name: 'beta' },
    { id: 'p1', name: 'alpha' },
  ];
  await write(projects);
  await write([{ id: 'p1', name: 'another name' }]);
  expect(await found.projects()).toEqual([...projects].reverse());
  expect(await found.project('p1')).toEqual({ id: 'p1', name: 'alpha' });
  for (const name of ['zoe', 'bob']) {
    const after = { ...accountOf(name, []), password_hash: 'h' };
    await users.change({ before: undefined, after, endsTokens: true });
  }
  expect((await found.users()).map(({ name }) => name)).toEqual(['bob', 'zoe']);
  expect(await users.get('p1')).toBeUndefined();
  expect(await found.project(accountOf('bob', []).id)).toBeUndefined();
});

test('a row without a kind, as earlier versions wrote them, is a user', async () => {
  const { IDENTITY_TABLE: table, VALIDITY_TABLE: validity } = own.env;
  const Item = { id: 'old', name: 'old', projects: [], password_hash: 'h' };
  await dynamo.send(new PutCommand({ TableName: table, Item }));
  const users = userStore(dynamo, { identity: table, validity });
  expect(await users.get('old')).toEqual({
    ...Item,
    ...{ enabled: true, generation: '', incarnation: '' },
  });
});

test('refused tokens of a source are counted over all processes, minute by minute', async () => {
  const [first, second] = [0, 1].map(() =>
    badTokenCounts(dynamo, own.env.ATTEMPTS_TABLE, () => clock.now),
  );
  if (!first || !second) return expect.unreachable();
  await Promise.all(Array.from({ length: mostBadTokens - 1 }, () => first.note('192.0.2.7')));
  expect([first, second].map(({ checks }) => checks('192.0.2.7'))).toEqual([true, true]);
  await second.note('192.0.2.7');
  // A process that has seen no bad token of the source in this minute reads the count at the next
  // one.
  expect([first, second].map(({ checks }) => checks('192.0.2.7'))).toEqual([true, false]);
  await first.note('192.0.2.7');
  expect(first.checks('192.0.2.7')).toBe(false);
  expect(second.checks('192.0.2.8')).toBe(true);
  clock.now += 60_000;
  expect(second.checks('192.0.2.7')).toBe(true);
});
