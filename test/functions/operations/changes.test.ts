import { expect, test } from 'vitest';
import { composeApi } from '../../../functions/operations/compose.ts';
import { call } from '../call.ts';
import { asking, emptyStores, now } from './surface.ts';

const path = '/doctor/v1/changes';
const since = ['2026-01-01T00:09:59.000Z'];
const row = { place: '2026-01-01T00:09:59.500Z#00000001', changed: { servers: ['s'] } };

test('without a cursor the reader gets one, and the request to load everything', async () => {
  const { status, body } = await asking()('reader', { path });
  expect([status, body]).toEqual([
    200,
    { cursor: now, reset: true, held: true, changes: {}, reload: [] },
  ]);
});

test('a cursor that is too old gets the same answer', async () => {
  const query = { since: ['2025-12-31T23:00:00.000Z~00000001'] };
  const { body } = await asking()('reader', { path, query });
  expect(body).toMatchObject({ reset: true, cursor: now });
});

test('a change is answered, with the cursor after it', async () => {
  const ask = asking({ changesFrom: async () => [row] });
  const { body } = await ask('reader', { path, query: { since } });
  expect(body).toEqual({
    ...{ cursor: '2026-01-01T00:09:59.000Z~00000001', reset: false, held: true },
    ...{ changes: { servers: ['s'] }, reload: [] },
  });
});

test.each([
  { role: 'admin', scope: 'operators' },
  { role: 'member', scope: 'project#a' },
  { role: 'reader', scope: 'project#a' },
])('a $role reads the scope $scope', async ({ role, scope }) => {
  const scopes: string[] = [];
  const ask = asking({
    changesFrom: async (given) => {
      scopes.push(given);
      return [];
    },
  });
  expect((await ask(role, { path, query: { since } })).status).toBe(200);
  expect(scopes).toEqual([scope]);
});

test.each(['monitor', 'service', 'data_plane_integrator'])('a %s reads none', async (role) => {
  expect((await asking()(role, { path, query: { since } })).status).toBe(403);
});

test('the answer says so to a page whose project holds too many requests', async () => {
  const ask = asking({ take: async () => ({ full: 'busy' }) });
  const { body } = await ask('reader', { path, query: { since, wait: ['4'] } });
  expect(body).toMatchObject({ held: false, changes: {} });
});

test.each<{ query: Record<string, string[]>; field: string }>([
  { query: { since: ['x'] }, field: 'query.since' },
  { query: { since: [...since, ...since] }, field: 'query.since' },
  { query: { since, wait: ['5'] }, field: 'query.wait' },
  { query: { since, wait: ['-1'] }, field: 'query.wait' },
  { query: { since, wait: ['1.5'] }, field: 'query.wait' },
  { query: { after: ['x'] }, field: 'query.after' },
])('$query is refused', async ({ query, field }) => {
  const { status, body } = await asking()('reader', { path, query });
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(field);
});

test('the OpenAPI document needs no token, and names the server that was called', async () => {
  const { status, body } = await call(composeApi(emptyStores), { path: '/doctor/v1/openapi.json' });
  expect([status, body]).toEqual([
    200,
    { openapi: '3.1.0', servers: [{ url: 'https://api.test/api' }] },
  ]);
});
