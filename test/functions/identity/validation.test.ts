import { beforeEach, expect, test } from 'vitest';
import {
  adminToken,
  aliceToken,
  aliceUnscoped,
  byName,
  type Keystone,
  keystone,
  monitorToken,
  start,
} from './keystone.ts';

let world: Keystone;
beforeEach(async () => {
  world = await keystone();
});

const validation = (method: string, own: string, subject?: string) =>
  world.ask({
    method,
    path: '/identity/v3/auth/tokens',
    headers: {
      'X-Auth-Token': own,
      ...(subject !== undefined && { 'X-Subject-Token': subject }),
    },
  });

test('a validation answers as the login did, with the token', async () => {
  const first = await world.login({ identity: byName('alice') });
  const token = first.headers['X-Subject-Token'] ?? '';
  const { status, headers, body } = await validation('GET', adminToken, token);
  expect(status).toBe(200);
  expect(headers['X-Subject-Token']).toBe(token);
  expect(body).toEqual(first.body);
});

test('HEAD answers without a body', async () => {
  const { status, headers, body } = await validation('HEAD', adminToken, aliceToken);
  expect(status).toBe(200);
  expect(headers['X-Subject-Token']).toBe(aliceToken);
  expect(body).toBeUndefined();
});

test.each([
  { who: 'an admin', own: adminToken, subject: aliceToken, GET: 200, HEAD: 200 },
  { who: 'the user itself', own: aliceToken, subject: aliceUnscoped, GET: 200, HEAD: 200 },
  { who: 'a service', own: monitorToken, subject: aliceToken, GET: 200, HEAD: 403 },
  { who: 'another user', own: aliceToken, subject: adminToken, GET: 403, HEAD: 403 },
  { who: 'an admin, of nothing,', own: adminToken, subject: undefined, GET: 404, HEAD: 404 },
  { who: 'an admin, of a bad token,', own: adminToken, subject: 'bad', GET: 404, HEAD: 404 },
  { who: 'no user', own: '', subject: aliceToken, GET: 401, HEAD: 401 },
  { who: 'the holder of a bad token', own: 'bad', subject: aliceToken, GET: 401, HEAD: 401 },
])('a validation by $who is $GET, and by HEAD $HEAD', async ({ own, subject, GET, HEAD }) => {
  expect((await validation('GET', own, subject)).status).toBe(GET);
  expect((await validation('HEAD', own, subject)).status).toBe(HEAD);
});

test("an expired subject is a 404 in Keystone's words", async () => {
  world.clock.now = start + 3_599_000;
  const own = await world.tokenOf({ identity: byName('admin') });
  world.clock.now = start + 3_600_000;
  const { status, body } = await validation('GET', own, aliceToken);
  world.clock.now = start;
  expect(status).toBe(404);
  expect(body).toEqual({
    error: { code: 404, title: 'Not Found', message: 'Could not find token.' },
  });
});

test('the rest of Keystone is a 404', async () => {
  const headers = { 'X-Auth-Token': adminToken };
  const { status, body } = await world.ask({ path: '/identity/v3/regions', headers });
  expect(status).toBe(404);
  expect(body).toMatchObject({ error: { code: 404, title: 'Not Found' } });
});
