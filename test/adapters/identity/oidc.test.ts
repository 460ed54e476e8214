/** Access tokens of an OpenID Connect issuer, through the check in front of every route. */
import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { makeAuthenticate } from '../../../adapters/http/authenticate.ts';
import type { AccessRequest, Authenticate, Headers } from '../../../adapters/http/surface.ts';
import { issuerKeys } from '../../../adapters/identity/issuer-keys.ts';
import { roleMap } from '../../../adapters/identity/oidc-claims.ts';
import { hasNoKeys, makeOidcCheck, oidcTokens } from '../../../adapters/identity/oidc-tokens.ts';
import { makeRemembering } from '../../../adapters/identity/other-issuers.ts';
import { unauthenticatedText } from '../../../domain/identity/identity.ts';

const [first, second] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
const published = async (kid: string, { publicKey }: typeof first) => ({
  ...(await exportJWK(publicKey)),
  ...{ kid, alg: 'ES256', use: 'sig' },
});

/** The issuer: the keys that it publishes, whether it answers, and how many requests it got. */
const world = { keys: ['one'], out: false, asked: 0, now: Date.now(), names: '', moved: false };
let server: Server;
let issuer: string;

beforeAll(async () => {
  const all = { one: await published('one', first), two: await published('two', second) };
  server = createServer(({ url }, response) => {
    world.asked += 1;
    if (world.out) {
      response.writeHead(503).end();
    } else if (world.moved) {
      response.writeHead(302, { Location: `${issuer}/keys` }).end();
    } else if (url === '/.well-known/openid-configuration') {
      const found = { issuer: world.names || issuer, jwks_uri: `${issuer}/keys` };
      response.end(JSON.stringify(found));
    } else {
      const keys = Object.entries(all).flatMap(([kid, key]) =>
        world.keys.includes(kid) ? [key] : [],
      );
      response.end(JSON.stringify({ keys }));
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  issuer = `http://127.0.0.1:${port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

let authenticate: Authenticate;
beforeEach(() => {
  Object.assign(world, { keys: ['one'], out: false, asked: 0, now: Date.now() });
  Object.assign(world, { names: '', moved: false });
  const now = () => world.now;
  const settings = {
    ...{ issuer, audience: 'doctor-api' },
    ...{ projectClaim: 'tenant.id', rolesClaim: 'realm_access.roles' },
    roles: roleMap(['doctor-admin=admin', 'doctor-user=member', 'ops=monitor']),
  };
  const keys = issuerKeys(issuer, { now, unknownKeyMs: 0 });
  const session = makeRemembering({
    ask: makeOidcCheck(settings, keys, now),
    isOutage: hasNoKeys,
    badTokens: { checks: () => true, note: async () => {} },
    warn: () => {},
    now,
  });
  const others = Promise.resolve([oidcTokens(issuer, session)]);
  authenticate = makeAuthenticate({ verify: async () => undefined, others });
});

type Given = {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Partial<JWTHeaderParameters>;
  readonly key?: Parameters<SignJWT['sign']>[0];
};

const tokenWith = ({ claims = {}, header = {}, key = first.privateKey }: Given = {}) => {
  const seconds = Math.floor(world.now / 1000);
  const usual = {
    ...{ iss: issuer, sub: 'a1', aud: 'doctor-api', iat: seconds, exp: seconds + 600 },
    ...{ preferred_username: 'alice', tenant: { id: 'red' } },
    realm_access: { roles: ['doctor-user', 'offline_access', 'admin'] },
  };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'one', ...header })
    .sign(key);
};

const route: AccessRequest = {
  ...{ basic: false, dialect: 'alarming', method: 'GET', path: '/v2/alarms', address: '::1' },
};
const asked = (headers: Headers) => authenticate(headers, route);
const withToken = async (given: Given = {}) => asked({ 'x-auth-token': await tokenWith(given) });

const refused = { code: 'unauthenticated', message: unauthenticatedText };
const unavailable = { code: 'unavailable', headers: { 'Retry-After': '5' } };

describe('a token', () => {
  test('is a user in a project, with the roles that the mapping names and no others', async () => {
    const caller = await withToken();
    expect(caller).toEqual({
      user_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      user_name: 'alice',
      ...{ project_id: 'red', project_name: 'red', roles: ['member', 'reader'] },
    });
    expect(await withToken({ claims: { sub: 'a2' } })).not.toMatchObject({
      user_id: caller.user_id,
    });
  });

  test('is accepted as Bearer as well, on every route', async () => {
    const authorization = `Bearer ${await tokenWith()}`;
    expect(await asked({ authorization })).toMatchObject({ user_name: 'alice' });
    await expect(asked({ authorization, 'x-auth-token': 'x' })).rejects.toMatchObject(refused);
  });

  test.each([
    { claims: { realm_access: { roles: ['doctor-admin'] } }, roles: ['admin', 'member', 'reader'] },
    { claims: { 'realm_access.roles': 'ops x' }, roles: ['monitor'] },
    { claims: { realm_access: {} }, roles: [] },
    { claims: { realm_access: { roles: 7 } }, roles: [] },
  ])('has the roles $roles by $claims', async ({ claims, roles }) => {
    expect(await withToken({ claims })).toMatchObject({ project_id: 'red', roles });
  });

  test.each([
    { tenant: undefined },
    { tenant: { id: ['red', 'blue'] } },
    { tenant: { id: 'no/id' } },
    { tenant: { id: '' } },
    { tenant: 'red' },
  ])('without exactly one project is as an unscoped one: %o', async (claims) => {
    const caller = await withToken({ claims });
    expect(caller).toMatchObject({ roles: [] });
    expect(caller).not.toHaveProperty('project_id');
  });

  test('of one project in a list is in that project', async () => {
    expect(await withToken({ claims: { tenant: { id: ['red'] } } })).toMatchObject({
      project_id: 'red',
    });
  });
});

describe('a bad token', () => {
  const past = () => Math.floor(world.now / 1000) - 60;
  test.each<[string, () => Given]>([
    ['another audience', () => ({ claims: { aud: 'other' } })],
    ['no audience', () => ({ claims: { aud: undefined } })],
    ['another issuer', () => ({ claims: { iss: 'https://else.example' } })],
    ['its end in the past', () => ({ claims: { exp: past() } })],
    ['no end', () => ({ claims: { exp: undefined } })],
    ['its beginning in the future', () => ({ claims: { nbf: past() + 120 } })],
    ['no subject', () => ({ claims: { sub: undefined } })],
    ['another key', () => ({ key: second.privateKey })],
    ['an unknown key', () => ({ header: { kid: 'three' } })],
    [
      'a shared secret',
      () => ({ header: { alg: 'HS256' }, key: new TextEncoder().encode('x'.repeat(32)) }),
    ],
  ])('is a 401: one with %s', async (_, given) => {
    await expect(withToken(given())).rejects.toMatchObject(refused);
  });

  test('is a 401 without a call, if it has no signature or is too long', async () => {
    const [, payload] = (await tokenWith()).split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    await expect(asked({ 'x-auth-token': `${none}.${payload}.` })).rejects.toMatchObject(refused);
    const long = await tokenWith({ claims: { pad: 'x'.repeat(9_000) } });
    world.asked = 0;
    await expect(asked({ 'x-auth-token': long })).rejects.toMatchObject(refused);
    expect(world.asked).toBe(0);
  });
});

describe('the keys', () => {
  test('are read once, with the document that names their URL', async () => {
    await withToken();
    await withToken({ claims: { sub: 'a2' } });
    expect(world.asked).toBe(2);
  });

  test('that are rotated are found by the first token that names the new one', async () => {
    await withToken();
    world.keys = ['two'];
    const given = { header: { kid: 'two' }, key: second.privateKey };
    expect(await withToken(given)).toMatchObject({ user_name: 'alice' });
    await expect(withToken({ claims: { sub: 'a3' } })).rejects.toMatchObject(refused);
  });

  test('that were withdrawn are not used ten minutes later', async () => {
    await withToken();
    world.keys = ['two'];
    world.now += 600_000;
    await expect(withToken()).rejects.toMatchObject(refused);
  });

  test('that are unknown and cannot be read are a 503 with Retry-After; it recovers', async () => {
    world.out = true;
    await expect(withToken()).rejects.toMatchObject(unavailable);
    world.out = false;
    world.now += 5_000;
    expect(await withToken()).toMatchObject({ user_name: 'alice' });
  });

  test('that are known are used while the issuer does not answer, however old they are', async () => {
    await withToken();
    world.out = true;
    world.now += 3_600_000;
    expect(await withToken()).toMatchObject({ user_name: 'alice' });
    // A token with an unknown key cannot be checked now. Tokens with other keys are not affected.
    await expect(withToken({ header: { kid: 'two' } })).rejects.toMatchObject(unavailable);
    expect(await withToken({ claims: { sub: 'a4' } })).toMatchObject({ user_name: 'alice' });
  });

  test.each([{ names: 'https://else.example' }, { moved: true }])(
    'of a document that is not the issuer’s are not used: %o',
    async (wrong) => {
      Object.assign(world, wrong);
      await expect(withToken()).rejects.toMatchObject(unavailable);
    },
  );
});
