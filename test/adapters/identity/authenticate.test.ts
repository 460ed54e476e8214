import { expect, test } from 'vitest';
import { makeAuthenticate } from '../../../adapters/http/authenticate.ts';
import { makeMonitorLogin } from '../../../adapters/http/basic.ts';
import type { AccessRequest, Headers } from '../../../adapters/http/surface.ts';
import { makeSessions } from '../../../adapters/identity/sessions.ts';
import type { StoredCredential } from '../../../domain/identity/application-credential.ts';
import { accountOf, callerOf, type Grant, grantFor } from '../../../domain/identity/identity.ts';
import type { TokenFacts } from '../../../domain/identity/validity.ts';

const alice = accountOf('alice', [
  { name: 'tenant-a', roles: ['member'] },
  { name: 'tenant-b', roles: ['admin'] },
]);
const grant: Grant = grantFor({
  account: alice,
  scope: { kind: 'default' },
  audit_id: 'audit',
  now: 0,
});

const id = 'a'.repeat(32);
const stored: StoredCredential = {
  id,
  name: 'zabbix',
  unrestricted: false,
  user_id: alice.id,
  incarnation: '',
  project: { id: 'b', name: 'tenant-b' },
  roles: ['reader'],
  description: null,
  secret_hash: 'sec:ret',
};
const bob = accountOf('bob', [{ name: 'tenant-b', roles: ['admin'] }]);

function setUp(given: Partial<StoredCredential> = {}) {
  const made = {
    ...stored,
    project: { id: bob.projects[0]?.id ?? '', name: 'tenant-b' },
    ...given,
  };
  const world: { now: number; checks: number; facts: TokenFacts; from: string[] } = {
    ...{ now: 0, checks: 0, facts: { revoked: false, credential: made }, from: [] },
  };
  const verify = async (token: string) => (token === 'good' ? grant : undefined);
  const sessions = makeSessions({ verify }, { factsOf: async () => world.facts });
  const logins = {
    withPassword: async (user_id: string | undefined, password: string, address: string) => {
      world.checks += 1;
      world.from.push(address);
      return user_id === alice.id && password === 'se:cret ☃' ? alice : undefined;
    },
    withCredential: async (reference: object, secret: string) => {
      world.checks += 1;
      const right = 'id' in reference && reference.id === id && secret === made.secret_hash;
      return right ? { account: bob, credential: made } : undefined;
    },
  };
  const monitor = makeMonitorLogin({ ...logins, ...sessions }, () => world.now);
  const check = makeAuthenticate({ verify: sessions.verify, monitor });
  const authenticate = (headers: Headers, asked: Partial<AccessRequest>) =>
    check(headers, { ...events, ...asked });
  return { world, authenticate };
}

/** The route that monitors use. */
const events: AccessRequest = {
  basic: true,
  dialect: 'doctor',
  method: 'POST',
  path: '/v1/events',
  address: '192.0.2.7',
};

const credential = (text: string): { authorization: string } => ({
  authorization: `Basic ${Buffer.from(text).toString('base64')}`,
});
const right = credential('alice:se:cret ☃');
const refused = 'The request you have made requires authentication.';

test.each(['good', '  good ', 'good\n'])('%j is a good token', async (token) => {
  const { authenticate } = setUp();
  const caller = await authenticate({ 'x-auth-token': token }, { basic: false });
  expect(caller).toEqual(callerOf(grant));
});

test.each<{ why: string; headers: Headers; basic: boolean }>([
  { why: 'no header', headers: {}, basic: true },
  { why: 'an empty token', headers: { 'x-auth-token': ' ' }, basic: false },
  { why: 'a bad token', headers: { 'x-auth-token': 'bad' }, basic: false },
  { why: 'a bad token beside Basic', headers: { 'x-auth-token': 'bad', ...right }, basic: true },
  { why: 'Basic where a token is wanted', headers: right, basic: false },
  { why: 'a wrong password', headers: credential('alice:wrong'), basic: true },
  { why: 'an unknown user', headers: credential('bob:se:cret ☃'), basic: true },
  { why: 'Basic without a colon', headers: credential('alice'), basic: true },
  { why: 'Basic without a name', headers: credential(':se:cret ☃'), basic: true },
  { why: 'Basic that is not base64', headers: { authorization: 'Basic ***' }, basic: true },
  { why: 'Bearer with a bad token', headers: { authorization: 'Bearer bad' }, basic: true },
  {
    why: 'Bearer where a token is wanted',
    headers: { authorization: 'Bearer good' },
    basic: false,
  },
  { why: 'Bearer with a name', headers: { authorization: 'Bearer alice:se:cret' }, basic: true },
  { why: 'a wrong secret', headers: credential(`${id}:wrong`), basic: true },
  { why: 'Bearer with a wrong secret', headers: { authorization: `Bearer ${id}:x` }, basic: true },
  { why: 'Digest', headers: { authorization: 'Digest username="alice"' }, basic: true },
  { why: 'an endless header', headers: credential(`alice:${'x'.repeat(4_000)}`), basic: true },
])('$why is refused with the one text', async ({ headers, basic }) => {
  const { authenticate } = setUp();
  await expect(authenticate(headers, { basic })).rejects.toMatchObject({
    code: 'unauthenticated',
    message: refused,
  });
});

test('where Basic is not configured no caller gets in with it', async () => {
  const authenticate = makeAuthenticate({ verify: async () => undefined });
  await expect(authenticate(right, events)).rejects.toThrow(refused);
});

test.each(['Basic', 'basic', 'BASIC'])('%s puts a user in the default project', async (scheme) => {
  const { authenticate } = setUp();
  const authorization = right.authorization.replace('Basic', scheme);
  expect(await authenticate({ authorization }, { basic: true })).toEqual(callerOf(grant));
});

test('a right credential is checked once a minute', async () => {
  const { world, authenticate } = setUp();
  for (const now of [0, 1_000, 59_999]) {
    world.now = now;
    await authenticate(right, { basic: true });
  }
  expect(world.checks).toBe(1);
  world.now = 60_000;
  await authenticate(right, { basic: true });
  expect(world.checks).toBe(2);
});

test('a wrong credential is checked each time', async () => {
  const { world, authenticate } = setUp();
  for (const _ of [1, 2]) {
    await authenticate(credential('alice:wrong'), { basic: true }).catch(() => {});
  }
  expect(world.checks).toBe(2);
});

test('the source of a wrong password is passed on', async () => {
  const { world, authenticate } = setUp();
  await authenticate(credential('alice:wrong'), {}).catch(() => {});
  expect(world.from).toEqual(['192.0.2.7']);
});

test('Bearer takes a token', async () => {
  const { authenticate } = setUp();
  expect(await authenticate({ authorization: 'Bearer good' }, {})).toEqual(callerOf(grant));
});

const withSecret = [credential(`${id}:sec:ret`), { authorization: `Bearer ${id}:sec:ret` }];

test.each(withSecret)(
  'an application credential is its user, with its roles: %j',
  async (headers) => {
    const { authenticate } = setUp();
    expect(await authenticate(headers, {})).toEqual({
      user_id: bob.id,
      user_name: 'bob',
      project_id: bob.projects[0]?.id,
      project_name: 'tenant-b',
      roles: ['reader'],
      credential: { restricted: true },
    });
  },
);

test.each(withSecret)(
  'a credential that was right is checked once a minute, and its deletion counts at once: %j',
  async (headers) => {
    const { world, authenticate } = setUp();
    await authenticate(headers, {});
    await authenticate(headers, {});
    expect(world.checks).toBe(1);
    world.facts = { revoked: false };
    await expect(authenticate(headers, {})).rejects.toThrow(refused);
  },
);

test('a remembered password ends with the generation of its user', async () => {
  const { world, authenticate } = setUp();
  await authenticate(right, {});
  world.facts = { revoked: false, generation: 'another' };
  await expect(authenticate(right, {})).rejects.toThrow(refused);
});

test('a credential that ends within the minute is not remembered for longer', async () => {
  const { world, authenticate } = setUp({ ends_at: 10 });
  await authenticate(credential(`${id}:sec:ret`), {});
  world.now = 10_000;
  await expect(authenticate(credential(`${id}:sec:ret`), {})).rejects.toThrow(refused);
});

test('access rules allow the requests that they name, in their service only', async () => {
  const rule = { service: 'fault-management', method: 'POST', path: '/v1/*' } as const;
  const { authenticate } = setUp({ access_rules: [rule] });
  const headers = credential(`${id}:sec:ret`);
  expect(await authenticate(headers, {})).toMatchObject({ user_name: 'bob' });
  const others: Partial<AccessRequest>[] = [
    { method: 'GET' },
    { dialect: 'compute' },
    { path: '/v1/events/all' },
  ];
  for (const asked of others) {
    await expect(authenticate(headers, asked)).rejects.toThrow(refused);
  }
});

test('a revoked token is no token, by header or as Bearer', async () => {
  const { world, authenticate } = setUp();
  world.facts = { revoked: true };
  const both: Headers[] = [{ 'x-auth-token': 'good' }, { authorization: 'Bearer good' }];
  for (const headers of both) {
    await expect(authenticate(headers, {})).rejects.toThrow(refused);
  }
});
