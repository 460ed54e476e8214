import { expect, test } from 'vitest';
import * as z from 'zod';
import { publicRoute } from '../../../adapters/http/public-route.ts';
import { type Route, type RouteRequest, route } from '../../../adapters/http/route.ts';
import { createSurface } from '../../../adapters/http/surface.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { call, quiet } from '../../functions/call.ts';

const ok = async () => ({ status: 200 });
const echo = async ({ query }: RouteRequest<unknown, unknown>) => ({
  status: 200,
  body: Object.entries(query),
});

const things: Route = route({
  ...{ method: 'GET', path: '/v2.1/things', query: z.unknown(), body: z.unknown(), handle: echo },
});

const surface = createSurface({
  ...{ dialect: 'compute', prefix: '/compute', publicUrl: '', logger: quiet, microversions: true },
  authenticate: async (headers) => {
    if (!headers['x-auth-token']) throw unauthenticated();
    return { user_id: 'u', user_name: 'user', project_id: 'p', roles: ['reader'] };
  },
  publicRoutes: [publicRoute({ method: 'GET', path: '/v2.1', handle: ok })],
  routes: [things],
});

const headers = { 'X-Auth-Token': 'token' };

test.each([
  { path: '/compute/v2.1', allow: 'GET, HEAD' },
  { path: '/compute/v2.1/', allow: 'GET, HEAD' },
  { path: '/compute/v2.1/things', allow: 'GET' },
])(
  'a method that $path does not have is a 405 that names those it has',
  async ({ path, allow }) => {
    const answer = await call(surface, { method: 'POST', path, headers });
    expect(answer).toMatchObject({ status: 405, headers: { Allow: allow } });
  },
);

test.each([
  { path: '/compute/v2.1', headers: {}, status: 200 },
  { path: '/compute/v2.1/things', headers: {}, status: 401 },
  { path: '/compute/v2.1/nothing', headers, status: 404 },
])('every answer under the version carries it: $status', async ({ path, headers, status }) => {
  const answer = await call(surface, { path, headers });
  expect(answer.status).toBe(status);
  expect(answer.headers['OpenStack-API-Version']).toBe('compute 2.1');
});

test('the root is outside of the versions', async () => {
  const answer = await call(surface, { path: '/compute/nothing' });
  expect(answer.headers).not.toHaveProperty('OpenStack-API-Version');
});

test('a key of the query may be called as a part of every object is', async () => {
  const query = { ['__proto__']: ['1'], constructor: ['2'] };
  const answer = await call(surface, { path: '/compute/v2.1/things', query, headers });
  expect(answer.body).toEqual([
    ['__proto__', ['1']],
    ['constructor', ['2']],
  ]);
});

const doctor = createSurface({
  ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
  authenticate: async () => Promise.reject(unauthenticated()),
  routes: [
    route({
      ...{ method: 'GET', path: '/v1/things', query: z.unknown(), body: z.unknown(), handle: ok },
    }),
  ],
});

test.each(['/doctor/v1//alertmanager', '/doctor//v1/alertmanager', '//doctor//v1//alertmanager/'])(
  '%s may be the path of another function: the refusal says how to write it, to every caller',
  async (path) => {
    const answer = await call(doctor, { method: 'POST', path });
    expect(answer.status).toBe(404);
    expect(JSON.stringify(answer.body)).toContain(
      'Write the path with single slashes: /doctor/v1/alertmanager',
    );
  },
);

test.each([
  '/doctor//v1/things',
  '/doctor/v1//things/',
  '/doctor/v1/alertmanager',
  '/doctor/v1/alertmanager//',
])(
  '%s is a route, or has no doubled slash before its end: the credential is looked at first',
  async (path) => {
    expect((await call(doctor, { path })).status).toBe(401);
  },
);
