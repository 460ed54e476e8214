import { expect, test } from 'vitest';
import { makeAuthenticate } from '../../../adapters/http/authenticate.ts';
import { makeBasic } from '../../../adapters/http/basic.ts';
import type { Headers } from '../../../adapters/http/surface.ts';
import { accountOf, callerOf, type Grant, grantFor } from '../../../domain/identity/identity.ts';

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

function setUp() {
  const world = { now: 0, checks: 0 };
  const basic = makeBasic(
    async (user_id, password) => {
      world.checks += 1;
      return user_id === alice.id && password === 'se:cret ☃' ? alice : undefined;
    },
    () => world.now,
  );
  const verify = async (token: string) => (token === 'good' ? grant : undefined);
  return { world, authenticate: makeAuthenticate({ verify, basic }) };
}

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
  { why: 'Bearer', headers: { authorization: 'Bearer good' }, basic: true },
  { why: 'an endless header', headers: credential(`alice:${'x'.repeat(2_000)}`), basic: true },
])('$why is refused with the one text', async ({ headers, basic }) => {
  const { authenticate } = setUp();
  await expect(authenticate(headers, { basic })).rejects.toMatchObject({
    code: 'unauthenticated',
    message: refused,
  });
});

test('where Basic is not configured nobody gets in with it', async () => {
  const authenticate = makeAuthenticate({ verify: async () => undefined });
  await expect(authenticate(right, { basic: true })).rejects.toThrow(refused);
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
