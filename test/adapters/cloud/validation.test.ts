/** Tokens of a Keystone, through the check in front of every route. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readCloudSecret } from '../../../adapters/cloud/cloud-secret.ts';
import { keystoneTokens } from '../../../adapters/cloud/keystone-tokens.ts';
import { isOutage, makeValidation } from '../../../adapters/cloud/validation.ts';
import { makeAuthenticate } from '../../../adapters/http/authenticate.ts';
import type { AccessRequest, Authenticate } from '../../../adapters/http/surface.ts';
import { makeRemembering } from '../../../adapters/identity/other-issuers.ts';
import { makeTokens } from '../../../adapters/identity/tokens.ts';
import { accountOf, callerOf, grantFor } from '../../../domain/identity/identity.ts';
import { cloudId } from '../../cloud/keystone-tokens.ts';
import { type StandIn, standIn } from '../../cloud/stand-in.ts';

let cloud: StandIn;
let time = Date.now();
let authenticate: Authenticate;

const tokens = makeTokens(async () => 'k'.repeat(64));
const own = grantFor({
  account: accountOf('alice', [{ name: 'tenant-a', roles: ['member'] }]),
  scope: { kind: 'default' },
  audit_id: 'audit',
  now: Math.floor(Date.now() / 1000),
});

beforeAll(async () => {
  cloud = await standIn({ now: () => time });
});
afterAll(() => cloud.stop());
beforeEach(() => {
  time = Date.now();
  cloud.calm();
  cloud.requests.splice(0);
  const secret = readCloudSecret(JSON.stringify(cloud.secret));
  const session = makeRemembering({
    ask: makeValidation(async () => secret),
    isOutage,
    badTokens: { checks: () => true, note: async () => {} },
    warn: () => {},
    now: () => time,
  });
  authenticate = makeAuthenticate({
    verify: tokens.verify,
    others: Promise.resolve([keystoneTokens(session)]),
  });
});

const route: AccessRequest = {
  basic: false,
  dialect: 'alarming',
  method: 'GET',
  path: '/v2/alarms',
  address: '192.0.2.7',
};
const asked = (token: string, given: Partial<AccessRequest> = {}) =>
  authenticate({ 'x-auth-token': token }, { ...route, ...given });

const member = { user: 'alice', project: 'red', roles: ['member', 'reader'] };
const refused = { code: 'unauthenticated' };
const unavailable = { code: 'unavailable', headers: { 'Retry-After': '5' } };

describe('a token of the cloud', () => {
  test('is its user in its project, with its roles', async () => {
    expect(await asked(` ${cloud.keystone.tokenFor(member)} `)).toEqual({
      user_id: cloudId('alice'),
      user_name: 'alice',
      project_id: cloudId('red'),
      project_name: 'red',
      roles: ['member', 'reader'],
    });
  });

  test('of an administrator is one of an administrator', async () => {
    const token = cloud.keystone.tokenFor({ ...member, roles: ['admin'] });
    expect(await asked(token)).toMatchObject({ roles: ['admin', 'member', 'reader'] });
  });

  test.each([
    { user: 'alice', roles: [] },
    { user: 'alice', domain: 'default', roles: ['admin'] },
    { user: 'alice', system: true, roles: ['admin'] },
  ])('without a project is as an unscoped one of Doctor: %o', async (facts) => {
    const caller = await asked(cloud.keystone.tokenFor(facts));
    expect(caller).toEqual({ user_id: cloudId('alice'), user_name: 'alice', roles: [] });
  });

  test('is validated once, with itself as the caller’s token, and without one of the service user', async () => {
    const token = cloud.keystone.tokenFor(member);
    await Promise.all([asked(token), asked(token), asked(token)]);
    const sent = cloud.requests.map(({ method, path, headers, query }) => ({
      ...{ method, path, query: query.toString() },
      sent: [headers['x-auth-token'], headers['x-subject-token']],
    }));
    expect(sent).toEqual([
      {
        method: 'GET',
        path: '/identity/v3/auth/tokens',
        query: 'nocatalog=',
        sent: [token, token],
      },
    ]);
  });

  test('that was revoked is refused a minute later at most', async () => {
    const token = cloud.keystone.tokenFor(member);
    await asked(token);
    cloud.keystone.revoke(token);
    expect(await asked(token)).toMatchObject({ user_name: 'alice' });
    time += 60_000;
    await expect(asked(token)).rejects.toMatchObject(refused);
  });

  test('of an application credential obeys its access rules', async () => {
    const rule = { id: 'r', service: 'alarming', method: 'GET', path: '/v2/alarms/*' };
    const token = cloud.keystone.tokenFor({
      ...member,
      credential: 'c'.repeat(32),
      accessRules: [rule],
    });
    expect(await asked(token, { path: '/v2/alarms/1' })).toMatchObject({
      credential: { restricted: true },
    });
    for (const other of [
      { path: '/v2/alarms' },
      { method: 'PUT' },
      { dialect: 'compute' },
    ] as const) {
      const given = { path: '/v2/alarms/1', ...other };
      await expect(asked(token, given)).rejects.toMatchObject(refused);
    }
  });
});

describe('a bad token', () => {
  test.each([
    ['garbage', () => 'garbage'],
    ['an expired one', () => cloud.keystone.tokenFor(member, -1)],
    [
      'a revoked one, which Keystone answers with 404',
      () => {
        const token = cloud.keystone.tokenFor(member);
        cloud.keystone.revoke(token);
        return token;
      },
    ],
    [
      'that of a disabled user',
      () => {
        const token = cloud.keystone.tokenFor(member);
        cloud.keystone.disable(token);
        return token;
      },
    ],
    [
      'that of a deleted application credential',
      () => {
        const { id, secret } = cloud.keystone.credentialFor(member);
        const token = cloud.keystone.login(id, secret) ?? '';
        cloud.keystone.deleteCredential(id);
        return token;
      },
    ],
  ])('is a 401: %s', async (_, make) => {
    await expect(asked(make())).rejects.toMatchObject(refused);
    expect(cloud.requests).toHaveLength(1);
  });

  test.each([
    ['a token of Doctor’s own form', async () => `${await tokens.sign(own)}x`],
    ['one that no Keystone makes', async () => 'x'.repeat(1_501)],
    ['one with a space', async () => 'a b'],
    ['one with a letter beyond ASCII', async () => 'gAAAÄ'],
  ])('is refused without a call: %s', async (_, make) => {
    await expect(asked(await make())).rejects.toMatchObject(refused);
    expect(cloud.requests).toEqual([]);
  });
});

test('a token of Doctor’s own works beside, and without a call', async () => {
  await cloud.stop();
  expect(await asked(await tokens.sign(own))).toEqual(callerOf(own));
  await cloud.start();
});

describe('a Keystone that gives no result', () => {
  test.each([
    { how: 'refuse', status: 403 },
    { how: 'refuse', status: 500 },
    { how: 'refuse', status: 503 },
    { how: 'refuse', status: 302 },
    { how: 'refuse', status: 200, body: { token: {} } },
    { how: 'lose', times: 2 },
  ] as const)('is a 503 with Retry-After, and never a 401: %o', async (disturbance) => {
    cloud.disturb(disturbance);
    const token = cloud.keystone.tokenFor(member);
    await expect(asked(token)).rejects.toMatchObject(unavailable);
  });

  test('is called once more after a lost connection', async () => {
    cloud.disturb({ how: 'lose-answer' });
    expect(await asked(cloud.keystone.tokenFor(member))).toMatchObject({ user_name: 'alice' });
    expect(cloud.requests).toHaveLength(2);
  });

  test('is a 503 while it is off, except for remembered tokens; it recovers by itself', async () => {
    const known = cloud.keystone.tokenFor(member);
    const token = cloud.keystone.tokenFor(member);
    await asked(known);
    await cloud.stop();
    await expect(asked(token)).rejects.toMatchObject(unavailable);
    expect(await asked(known)).toMatchObject({ user_name: 'alice' });
    await cloud.start();
    time += 1_000;
    expect(await asked(token)).toMatchObject({ user_name: 'alice' });
  });

  test('that is slow delays a client by two seconds, and the next clients not at all', async () => {
    cloud.disturb({ how: 'delay', ms: 5_000, times: 9 });
    await expect(asked(cloud.keystone.tokenFor(member))).rejects.toMatchObject(unavailable);
    await expect(asked(cloud.keystone.tokenFor(member))).rejects.toMatchObject(unavailable);
    expect(cloud.requests).toHaveLength(1);
  });
});
