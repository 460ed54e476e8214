/** Routes that are loaded with the first request that needs one. */
import { beforeEach, expect, test } from 'vitest';
import * as z from 'zod';
import { type Route, route } from '../../../adapters/http/route.ts';
import { createSurface, type SurfaceRoutes } from '../../../adapters/http/surface.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { served } from '../../../scripts/docs/surfaces.ts';
import { call, quiet } from '../../functions/call.ts';

const answering = (method: 'GET' | 'PUT' | 'DELETE', path: string): Route =>
  route({
    ...{ method, path, query: z.unknown(), body: z.unknown() },
    handle: async () => ({ status: 200, body: `${method} ${path}` }),
  });

const origin = 'https://page.test';
let loads = 0;
let surface: ReturnType<typeof createSurface>;

beforeEach(() => {
  loads = 0;
  surface = createSurface({
    ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet },
    authenticate: async (headers) => {
      if (!headers['x-auth-token']) throw unauthenticated();
      return { user_id: 'u', user_name: 'user', project_id: 'p', roles: ['reader'] };
    },
    allowedOrigins: [origin],
    routes: [answering('PUT', '/v1/reports/:host')],
    otherRoutes: async () => {
      loads++;
      return [answering('GET', '/v1/reports/:host'), answering('DELETE', '/v1/others')];
    },
  });
});

const headers = { 'X-Auth-Token': 'token' };

test('a request for a route that is there loads no other', async () => {
  const answer = await call(surface, { method: 'PUT', path: '/doctor/v1/reports/a', headers });
  expect(answer).toMatchObject({ status: 200, body: 'PUT /v1/reports/:host' });
  expect(loads).toBe(0);
});

test.each([
  { method: 'GET', path: '/doctor/v1/reports/a' },
  { method: 'DELETE', path: '/doctor/v1/others' },
])('a request for another route loads it: $method', async (request) => {
  const answer = await call(surface, { ...request, headers });
  expect(answer.status).toBe(200);
  expect(loads).toBe(1);
});

test('a request without a token loads nothing', async () => {
  const answer = await call(surface, { path: '/doctor/v1/others' });
  expect(answer.status).toBe(401);
  expect(loads).toBe(0);
});

test('a method that no route of the path has is refused with the methods of all its routes', async () => {
  const answer = await call(surface, { method: 'DELETE', path: '/doctor/v1/reports/a', headers });
  expect(answer).toMatchObject({ status: 405, headers: { Allow: 'GET, PUT' } });
});

test('a path that no route has is not found', async () => {
  expect((await call(surface, { path: '/doctor/v1/nothing', headers })).status).toBe(404);
});

test('a browser is told the methods of all routes', async () => {
  const asking = { Origin: origin, 'Access-Control-Request-Method': 'PUT' };
  const answer = await call(surface, {
    ...{ method: 'OPTIONS', path: '/doctor/v1/others', headers: asking },
  });
  expect(answer.headers['Access-Control-Allow-Methods']).toBe('DELETE, GET, PUT');
});

test('doubled slashes are accepted where another route has the path', async () => {
  const request = { method: 'DELETE', path: '/doctor//v1/others', headers };
  expect((await call(surface, request)).status).toBe(200);
  expect((await call(surface, { path: '/doctor//v1/nothing', headers })).status).toBe(404);
});

/** A path that a pattern matches. */
const sampleOf = (pattern: string): string => pattern.replace(/\{\/\}/g, '').replace(/:\w+/g, 'x');

const withOthers = Object.entries<SurfaceRoutes>(served).filter(([, each]) => each.otherRoutes);

test('several surfaces load routes later', () => {
  expect(withOthers.length).toBeGreaterThan(5);
});

test.each(withOthers)(
  '%s: no route from the start hides one that is loaded later',
  async (_, each) => {
    const others = (await each.otherRoutes?.()) ?? [];
    expect(others.length).toBeGreaterThan(0);
    const hidden = others.filter(({ method, path }) =>
      each.routes.some((early) => early.method === method && early.match(sampleOf(path))),
    );
    expect(hidden.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  },
);

test.each(withOthers)('%s: what accepts Basic is there from the start', async (_, each) => {
  const others = (await each.otherRoutes?.()) ?? [];
  expect(others.filter(({ basic }) => basic).map(({ path }) => path)).toEqual([]);
});

test.each([
  ['compute', 'PUT', '/v2.1/os-services/force-down'],
  ['compute', 'PUT', '/v2.1/os-services/:id'],
  ['network', 'PUT', '/v2.0/ports/:id'],
  ['doctor', 'POST', '/v1/events'],
  ['doctor', 'PUT', '/v1/hosts/:host/data-plane-status'],
  ['doctor', 'POST', '/v1/hosts/:host/heartbeat'],
  ['monitors', 'POST', '/v1/alertmanager'],
  ['instanceHa', 'POST', '/v1/notifications'],
] as const)('%s: %s %s reports, and is there from the start', (name, method, path) => {
  const found = served[name].routes.some((early) => early.method === method && early.path === path);
  expect(found).toBe(true);
});
