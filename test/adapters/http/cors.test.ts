import { expect, test } from 'vitest';
import * as z from 'zod';
import { publicRoute } from '../../../adapters/http/public-route.ts';
import { type Route, route } from '../../../adapters/http/route.ts';
import { createSurface } from '../../../adapters/http/surface.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { call, quiet } from '../../functions/call.ts';

const things: Route = route({
  ...{ method: 'PUT', path: '/v2.1/things', query: z.unknown(), body: z.unknown() },
  handle: async () => ({ status: 200, body: {} }),
});

const surface = (allowedOrigins?: readonly string[]) =>
  createSurface({
    ...{ dialect: 'compute', prefix: '/compute', publicUrl: '', logger: quiet, allowedOrigins },
    microversions: true,
    authenticate: async () => {
      throw unauthenticated();
    },
    publicRoutes: [
      publicRoute({ method: 'GET', path: '/', handle: () => ({ status: 200, body: {} }) }),
    ],
    routes: [things],
  });

const ours = 'https://console.example';
const ask = (allowed: readonly string[] | undefined, origin: string, method = 'GET') =>
  call(surface(allowed), { method, path: '/compute/', headers: { Origin: origin } });

const preflight = (allowed: readonly string[] | undefined, origin: string, path = '/compute/') =>
  call(surface(allowed), {
    ...{ method: 'OPTIONS', path },
    headers: { Origin: origin, 'Access-Control-Request-Method': 'PUT' },
  });

test.each(['/compute', '/compute/v2.1/things', '/compute/v2.1/nothing'])(
  'a preflight of %s from an allowed origin is answered without a token',
  async (path) => {
    const { status, headers, body } = await preflight([ours, 'https://b.example'], ours, path);
    expect({ status, body }).toEqual({ status: 204, body: undefined });
    expect(headers).toMatchObject({
      'Access-Control-Allow-Origin': ours,
      'Access-Control-Allow-Methods': 'GET, HEAD, PUT',
      'Access-Control-Allow-Headers': expect.stringMatching(/\bX-Auth-Token\b/),
      Vary: expect.stringContaining('Origin'),
    });
    expect(headers).not.toHaveProperty('Access-Control-Allow-Credentials');
  },
);

test.each([
  { name: 'by default', allowed: undefined, says: 'corsAllowedOrigins is empty' },
  { name: 'of an empty list', allowed: [], says: 'corsAllowedOrigins is empty' },
  { name: 'of others', allowed: ['https://b.example'], says: 'corsAllowedOrigins does not name' },
  { name: 'of a part of it', allowed: ['https://console.exampl'], says: 'does not name' },
])('a preflight is refused $name, and the refusal says so', async ({ allowed, says }) => {
  const { status, headers, body } = await preflight(allowed, ours);
  expect(status).toBe(403);
  expect(body).toEqual({ forbidden: { code: 403, message: expect.stringContaining(says) } });
  expect(headers).not.toHaveProperty('Access-Control-Allow-Origin');
});

test('an answer may be read by pages of an allowed origin, the refusals too', async () => {
  for (const method of ['GET', 'PUT']) {
    const { headers } = await ask([ours], ours, method);
    expect(headers).toMatchObject({
      'Access-Control-Allow-Origin': ours,
      'Access-Control-Expose-Headers': expect.stringMatching(/\bX-Subject-Token\b/),
      Vary: 'Origin',
    });
  }
  const versioned = await call(surface([ours]), { path: '/compute/v2.1/x', headers: {} });
  expect(versioned.headers.Vary).toBe(
    'OpenStack-API-Version, X-OpenStack-Nova-API-Version, Origin',
  );
});

test('no answer names an origin to others, nor where none is allowed', async () => {
  expect((await ask([ours], 'https://b.example')).headers).toMatchObject({ Vary: 'Origin' });
  for (const allowed of [[ours], [], undefined]) {
    const { status, headers } = await ask(allowed, 'https://b.example');
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('Access-Control-Allow-Origin');
  }
});

test('a star allows every origin', async () => {
  const { headers } = await ask(['*'], ours);
  expect(headers['Access-Control-Allow-Origin']).toBe('*');
  expect(headers).not.toHaveProperty('Vary');
});

test('OPTIONS that is no preflight is a method as any other', async () => {
  expect(await call(surface([ours]), { method: 'OPTIONS', path: '/compute' })).toMatchObject({
    status: 401,
  });
});
