import { Logger } from '@aws-lambda-powertools/logger';
import { expect, test, vi } from 'vitest';
import * as z from 'zod';
import { publicRoute } from '../../../adapters/http/public-route.ts';
import { type Route, route } from '../../../adapters/http/route.ts';
import { createSurface, type Surface } from '../../../adapters/http/surface.ts';
import { DomainError } from '../../../domain/errors.ts';
import { unauthenticated } from '../../../domain/identity/identity.ts';
import { type Call, call, lambdaContext, proxyEvent, quiet } from '../../functions/call.ts';

const query = z.object({ n: z.array(z.coerce.number()).optional() });
const body = z.strictObject({ name: z.string(), deep: z.object({ n: z.int() }).optional() });
const things: Route[] = [
  route({
    ...{ method: 'PUT', path: '/things/:id', roles: ['admin'], query, body },
    handle: async ({ params, body: { name }, args }) => ({
      status: 200,
      body: { id: params.id, name, n: args.n ?? null },
      headers: { 'X-Thing': 'yes' },
    }),
  }),
  route({
    ...{ method: 'GET', path: '/failing/:how', query: z.unknown(), body: z.unknown() },
    handle: async ({ params: { how } }) => {
      if (how === 'known') throw new DomainError('conflict', 'It is taken.', { 'X-Why': 'taken' });
      throw how === 'internal'
        ? new DomainError('internal', 'secret: table x')
        : new Error('secret: table x');
    },
  }),
  route({
    ...{ method: 'DELETE', path: '/things/:id', query: z.unknown(), body: z.unknown() },
    handle: async () => ({ status: 204 }),
  }),
];
const surfaceWith = (given: Partial<Surface> = {}) =>
  createSurface({
    ...{ dialect: 'doctor', prefix: '/doctor', publicUrl: '', logger: quiet, routes: things },
    publicRoutes: [
      publicRoute({ method: 'GET', path: '/open', handle: () => ({ status: 200, body: {} }) }),
    ],
    authenticate: async ({ 'x-auth-token': token }) => {
      if (token === undefined) throw unauthenticated();
      return { user_id: token, user_name: token, project_id: 'p', roles: [token] };
    },
    ...given,
  });
const ask = (path: string, given: Partial<Call> = {}, as: string | undefined = 'admin') =>
  call(surfaceWith(), {
    path: `/doctor${path}`,
    ...given,
    headers: { ...(as && { 'X-Auth-Token': as }), ...given.headers },
  });
const put = (sent: unknown, as?: string) => ask('/things/1', { method: 'PUT', body: sent }, as);
const messageOf = (answer: { body: unknown }) =>
  z.object({ error: z.object({ message: z.string() }) }).parse(answer.body).error.message;

test('a route gets path, query and body parsed, and its headers go out', async () => {
  const answer = await ask('/things/a%2Fb', {
    method: 'PUT',
    body: { name: 'x' },
    query: { n: ['1', '2'] },
  });
  expect(answer).toMatchObject({
    status: 200,
    body: { id: 'a/b', name: 'x', n: [1, 2] },
    headers: { 'X-Thing': 'yes', 'Content-Type': 'application/json' },
  });
});

test('every answer has a request id of its own, under both names', async () => {
  const ids = new Set<string | undefined>();
  for (const path of ['/open', '/nothing', '/failing/known', '/failing/unknown']) {
    const { headers } = await ask(path);
    expect(headers['x-openstack-request-id']).toMatch(/^req-[0-9a-f-]{36}$/);
    expect(headers['x-compute-request-id']).toBe(headers['x-openstack-request-id']);
    ids.add(headers['x-openstack-request-id']);
  }
  expect(ids.size).toBe(4);
});

test.each([
  { name: 'no token', sent: '{', as: '', status: 401 },
  { name: 'a body that is not JSON, from any caller', sent: '{', as: 'reader', status: 400 },
  { name: 'a wrong body, from any caller', sent: { name: 1 }, as: 'reader', status: 400 },
  { name: 'a good body, from one who may not', sent: { name: 'x' }, as: 'reader', status: 403 },
  { name: 'a good body, from one who may', sent: { name: 'x' }, as: 'admin', status: 200 },
])('$name: $status', async ({ sent, as, status }) => {
  expect((await put(sent, as)).status).toBe(status);
});

test.each([
  [{}, 'name'],
  [{ name: 'x', deep: { n: 'y' } }, 'deep.n'],
  [{ name: 'x', more: 1 }, 'more'],
  [undefined, 'Invalid input'],
  [null, 'Invalid input'],
  [[], 'Invalid input'],
])('a refusal of %j names %s', async (sent, name) => {
  const answer = await put(sent === undefined ? '' : sent);
  expect(answer.status).toBe(400);
  expect(messageOf(answer)).toContain(name);
});

test('a refusal shows no more of a long input than one may read', async () => {
  const answer = await put({ name: 'x', ['k'.repeat(100_000)]: 1 });
  expect(messageOf(answer).length).toBeLessThan(1_000);
});

test('a refusal of the domain is answered with its words and headers', async () => {
  const answer = await ask('/failing/known');
  expect(answer).toMatchObject({ status: 409, headers: { 'X-Why': 'taken' } });
  expect(messageOf(answer)).toBe('It is taken.');
});

test.each(['internal', 'unknown'])(
  'an answer contains nothing of an %s error; the log does',
  async (how) => {
    const logger = new Logger({ logLevel: 'SILENT' });
    const logged = vi.spyOn(logger, 'error');
    const answer = await call(surfaceWith({ logger }), {
      path: `/doctor/failing/${how}`,
      headers: { 'X-Auth-Token': 'admin' },
    });
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(logged).toHaveBeenCalledOnce();
  },
);

test('a 401 says where tokens are had', async () => {
  const { status, headers } = await ask('/things/1', {}, '');
  expect(status).toBe(401);
  expect(headers['WWW-Authenticate']).toBe('Keystone uri="https://api.test/api/identity"');
});

test('a 401 of a path that takes HTTP Basic offers it too, on a line of its own', async () => {
  const basic = route({
    ...{ method: 'POST', path: '/reports', basic: true, query: z.unknown(), body: z.unknown() },
    handle: async () => ({ status: 202 }),
  });
  const surface = surfaceWith({ routes: [...things, basic] });
  const event = proxyEvent({ method: 'POST', path: '/doctor/reports' });
  const { statusCode, headers, multiValueHeaders } = await surface(event, lambdaContext);
  expect(statusCode).toBe(401);
  expect(multiValueHeaders).toEqual({
    'WWW-Authenticate': [
      'Keystone uri="https://api.test/api/identity"',
      'Basic realm="doctor", charset="UTF-8"',
    ],
  });
  expect(headers).not.toHaveProperty('WWW-Authenticate');
});

test('a 405 names what may be done', async () => {
  const { status, headers } = await ask('/things/1');
  expect(status).toBe(405);
  expect(headers.Allow).toBe('DELETE, PUT');
});

test.each(['/things', '/Things/1', '/things/1/2', ''])(
  '"%s" is the path of no route',
  async (path) => {
    expect((await ask(path, { method: 'DELETE' })).status).toBe(404);
  },
);

test('a malformed escape in a path is a 400', async () => {
  expect((await ask('/things/%zz', { method: 'DELETE' })).status).toBe(400);
});

test('an answer without a body is sent without one', async () => {
  expect(await ask('/things/1', { method: 'DELETE' })).toMatchObject({
    ...{ status: 204, body: undefined },
  });
});

test('a public route asks for no token', async () => {
  expect((await ask('/open', {}, '')).status).toBe(200);
});
