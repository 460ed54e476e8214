/** Access tokens of a real OpenID provider, through the check in front of every route. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeAuthenticate } from '../../../adapters/http/authenticate.ts';
import type { AccessRequest, Authenticate } from '../../../adapters/http/surface.ts';
import { issuerKeys } from '../../../adapters/identity/issuer-keys.ts';
import { roleMap } from '../../../adapters/identity/oidc-claims.ts';
import { hasNoKeys, makeOidcCheck, oidcTokens } from '../../../adapters/identity/oidc-tokens.ts';
import { makeRemembering } from '../../../adapters/identity/other-issuers.ts';
import { unauthenticatedText } from '../../../domain/identity/identity.ts';
import { openIdProvider, type ResourceName } from '../../cloud/openid-provider.ts';

let provider: Awaited<ReturnType<typeof openIdProvider>>;
let authenticate: Authenticate;
const world = { ahead: 0 };

beforeAll(async () => {
  provider = await openIdProvider({
    feed: { tenant: { id: 'red' }, realm_access: { roles: ['doctor-monitor', 'offline_access'] } },
    portal: {},
    alice: {
      preferred_username: 'alice',
      tenant: { id: 'blue' },
      realm_access: { roles: ['doctor-member', 'admin'] },
    },
  });
});
afterAll(() => provider.stop());

beforeEach(() => {
  world.ahead = 0;
  const now = () => Date.now() + world.ahead;
  const { issuer } = provider;
  const settings = {
    issuer,
    audience: 'doctor-api',
    projectClaim: 'tenant.id',
    rolesClaim: 'realm_access.roles',
    roles: roleMap(['doctor-admin=admin', 'doctor-member=member', 'doctor-monitor=monitor']),
  };
  const session = makeRemembering({
    ask: makeOidcCheck(settings, issuerKeys(issuer, { now, unknownKeyMs: 0 }), now),
    isOutage: hasNoKeys,
    badTokens: { checks: () => true, note: async () => {} },
    warn: () => {},
    now,
  });
  authenticate = makeAuthenticate({
    verify: async () => undefined,
    others: Promise.resolve([oidcTokens(issuer, session)]),
  });
});

const route: AccessRequest = {
  basic: false,
  dialect: 'alarming',
  method: 'GET',
  path: '/v2/alarms',
  address: '::1',
};
const asked = (token: string) => authenticate({ 'x-auth-token': token }, route);
const program = async (name?: ResourceName) => asked(await provider.programToken('feed', name));
const refused = { code: 'unauthenticated', message: unauthenticatedText };

describe('a token of a real provider', () => {
  test('is a program in the project and with the roles of its claims', async () => {
    expect(await program()).toEqual({
      user_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      user_name: 'feed',
      project_id: 'red',
      project_name: 'red',
      roles: ['monitor'],
    });
  });

  test('is a user who has logged in in a browser; its ID token is refused', async () => {
    const { access_token, id_token = '' } = await provider.userTokens('portal', 'alice');
    expect(await asked(access_token)).toMatchObject({
      user_name: 'alice',
      project_id: 'blue',
      roles: ['member', 'reader'],
    });
    expect(decodeJwt(id_token)).toMatchObject({ iss: provider.issuer, sub: 'alice' });
    await expect(asked(id_token)).rejects.toMatchObject(refused);
  });

  test('without claims of a project is as an unscoped one', async () => {
    const caller = await asked(await provider.programToken('portal'));
    expect(caller).toMatchObject({ user_name: 'portal', roles: [] });
    expect(caller).not.toHaveProperty('project_id');
  });

  test('for another audience is refused', async () => {
    const token = await provider.programToken('feed', 'other');
    expect(decodeJwt(token)).toMatchObject({ aud: 'other-api', tenant: { id: 'red' } });
    await expect(asked(token)).rejects.toMatchObject(refused);
  });

  test('is refused when it has ended, also if it was accepted before', async () => {
    const token = await provider.programToken('feed', 'short');
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect(exp - iat).toBe(1);
    expect(await asked(token)).toMatchObject({ user_name: 'feed' });
    // Five seconds of difference between the clocks are allowed.
    world.ahead = 10_000;
    await expect(asked(token)).rejects.toMatchObject(refused);
  });

  test('is refused with a signature of another token', async () => {
    const [token, other] = [
      await provider.programToken('feed'),
      await provider.programToken('portal'),
    ];
    const [header, payload] = token.split('.');
    const forged = `${header}.${payload}.${other.split('.')[2]}`;
    await expect(asked(forged)).rejects.toMatchObject(refused);
  });
});

describe('the keys of a real provider', () => {
  test('are found by its discovery document, and read once', async () => {
    await program();
    provider.requests.length = 0;
    await program();
    expect(provider.requests).toEqual(['/token']);
  });

  test('may be rotated: old tokens are accepted until their key is withdrawn, and new ones always', async () => {
    const before = await provider.programToken('feed');
    expect(await asked(before)).toMatchObject({ user_name: 'feed' });
    await provider.rotate();
    const after = await provider.programToken('feed');
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
    provider.requests.length = 0;
    expect(await asked(after)).toMatchObject({ user_name: 'feed' });
    expect(provider.requests).toEqual(['/jwks']);
    // After this time an accepted token is no longer remembered, so its key is needed again.
    world.ahead = 120_000;
    expect(await asked(before)).toMatchObject({ user_name: 'feed' });

    provider.withdraw();
    // The keys are read again after ten minutes.
    world.ahead = 720_000;
    await expect(asked(before)).rejects.toMatchObject(refused);
    expect(await asked(after)).toMatchObject({ user_name: 'feed' });
  });
});
