/** The order in which a route parses and checks, and what its handler gets. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { parsedPublicRoute } from '../../../adapters/http/public-route.ts';
import { bodySent, ignored } from '../../../adapters/http/readers.ts';
import { guardedRoute, route } from '../../../adapters/http/route.ts';
import { createSurface } from '../../../adapters/http/surface.ts';
import { DomainError } from '../../../domain/errors.ts';
import { call, quiet } from '../../functions/call.ts';

const invalid = (message: string): DomainError => new DomainError('invalid', message);

/** A surface with these routes, called with a token of the role `reader`. */
const asking = (...routes: ReturnType<typeof route>[]) => {
  const surface = createSurface({
    dialect: 'doctor',
    prefix: '/doctor',
    publicUrl: '',
    logger: quiet,
    authenticate: async () => ({ user_id: 'u', user_name: 'u', roles: ['reader'] }),
    routes,
  });
  return (given: { method: string; body?: unknown; query?: Record<string, string[]> }) =>
    call(surface, { path: '/doctor/things/7', ...given });
};

/**
 * A route that records its steps, and refuses the request at the step that the query, the body or
 * the path names.
 */
function guarded(log: string[]) {
  return guardedRoute({
    method: 'PUT',
    path: '/things/:id',
    roles: ['admin'],
    query: (query) => {
      log.push('query');
      if (query.bad) throw invalid('bad query');
      return Object.keys(query);
    },
    before: async ({ params }, json) => {
      log.push('before');
      if (json === 'missing') throw new DomainError('not_found', 'no such thing');
      return `thing ${params.id}`;
    },
    body: (json) => {
      log.push('body');
      if (json === 'wrong') throw invalid('wrong body');
      return json;
    },
    handle: async ({ args, before, body }) => ({ status: 200, body: { args, before, body } }),
  });
}

test.each([
  { sent: '{', status: 400, done: [] },
  { sent: '"missing"', query: { bad: ['1'] }, status: 400, done: ['query'] },
  { sent: '"missing"', status: 404, done: ['query', 'before'] },
  { sent: '"wrong"', status: 400, done: ['query', 'before', 'body'] },
  { sent: '"good"', status: 403, done: ['query', 'before', 'body'] },
])('$sent with $query: $status after $done', async ({ sent, query = {}, status, done }) => {
  const log: string[] = [];
  const answer = await asking(guarded(log))({ method: 'PUT', body: sent, query });
  expect(answer.status).toBe(status);
  expect(log).toEqual(done);
});

test('a handler gets what query, before and body returned', async () => {
  const ask = asking(
    guardedRoute({
      method: 'POST',
      path: '/things/:id',
      query: (query, { caller }) => [caller.user_id, ...Object.keys(query)],
      before: ({ params }) => params.id,
      body: z.object({ n: z.coerce.number() }),
      handle: async ({ args, before, body }) => ({ status: 200, body: { args, before, body } }),
    }),
  );
  const answer = await ask({ method: 'POST', body: { n: '1' }, query: { a: ['1'] } });
  expect(answer.body).toEqual({ args: ['u', 'a'], before: '7', body: { n: 1 } });
});

test.each([
  { body: undefined, sent: false },
  { body: '{', sent: true },
])(
  'the handler knows whether a body was sent, although it is not read: $body',
  async ({ body, sent }) => {
    const ask = asking(
      route({
        method: 'DELETE',
        path: '/things/:id',
        query: ignored,
        body: bodySent,
        handle: async (request) => ({ status: 200, body: request.body }),
      }),
      route({
        method: 'POST',
        path: '/things/:id',
        query: ignored,
        body: ignored,
        handle: async () => ({ status: 204 }),
      }),
    );
    expect((await ask({ method: 'DELETE', body })).body).toBe(sent);
    expect((await ask({ method: 'POST', body })).status).toBe(204);
  },
);

test('a public route may read body and query, too', async () => {
  const surface = createSurface({
    dialect: 'doctor',
    prefix: '/doctor',
    publicUrl: '',
    logger: quiet,
    authenticate: async () => Promise.reject(invalid('never asked')),
    routes: [],
    publicRoutes: [
      parsedPublicRoute({
        method: 'POST',
        path: '/open',
        query: z.object({ n: z.array(z.string()).optional() }),
        body: z.strictObject({ name: z.string() }),
        handle: ({ args, body }) => ({ status: 200, body: { args, body } }),
      }),
    ],
  });
  const ask = (body: unknown) =>
    call(surface, { method: 'POST', path: '/doctor/open', query: { n: ['1'] }, body });
  expect((await ask({ name: 'x' })).body).toEqual({ args: { n: ['1'] }, body: { name: 'x' } });
  expect((await ask({ name: 1 })).status).toBe(400);
});
