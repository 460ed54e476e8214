/** Users, credentials, tokens and logins, when a process fails in the middle of a request. */
import { expect, test } from 'vitest';
import * as z from 'zod';
import { admin } from '../../domain/identity/identity.ts';
import { nameId } from '../../domain/ids.ts';
import { answerOf, ok } from './cloud.ts';
import { type Disturbance, hows } from './disturbance.ts';
import { makeWorld, type Outcome, type World } from './world.ts';

const alice = '/doctor/v1/users/alice';
const tokens = '/identity/v3/auth/tokens';
const id = nameId('user', 'alice');
const registration = {
  password: 'correct horse',
  projects: [{ name: 'tenant-a', roles: ['member'] }],
};

const register = (world: World, change: object = {}, d?: Disturbance) =>
  world.request({ method: 'PUT', path: alice, body: { ...registration, ...change } }, d);

const login = (world: World, password = registration.password, d?: Disturbance) => {
  const user = { name: 'alice', domain: { id: 'default' }, password };
  const auth = { identity: { methods: ['password'], password: { user } } };
  return world.request({ method: 'POST', path: tokens, body: { auth } }, d);
};
const Answer = z.object({ headers: z.looseObject({ 'X-Subject-Token': z.string() }) });
/** The token in the answer to a login. */
const subjectIn = (outcome: Outcome): string => {
  if (outcome.kind !== 'done') throw new Error('the login was not answered');
  return Answer.parse(outcome.result).headers['X-Subject-Token'];
};
const tokenOf = async (world: World): Promise<string> => subjectIn(await login(world));

/** True if the validation of the token succeeds. */
async function isGood(world: World, token: string): Promise<boolean> {
  const headers = { 'X-Subject-Token': token };
  const { status } = answerOf(await world.request({ path: tokens, headers }));
  expect([200, 404]).toContain(status);
  return status === 200;
}

const credentials = `/identity/v3/users/${admin.id}/application_credentials`;
const create = (world: World, name: string, d?: Disturbance) => {
  const body = { application_credential: { name } };
  return world.request({ method: 'POST', path: credentials, body }, d);
};
const Made = z.object({
  application_credential: z.looseObject({ id: z.string(), secret: z.string() }),
});
const made = async (world: World) =>
  Made.parse(ok(await create(world, 'c'))).application_credential;
const Listed = z.object({
  application_credentials: z.array(z.looseObject({ id: z.string(), name: z.string() })),
});
const listed = async (world: World) =>
  Listed.parse(ok(await world.request({ path: credentials }))).application_credentials;
const loginWith = (world: World, application_credential: { id: string; secret: string }) => {
  const identity = { methods: ['application_credential'], application_credential };
  return world.request({ method: 'POST', path: tokens, body: { auth: { identity } } });
};

test('each change makes these calls', async () => {
  await using world = await makeWorld();
  expect(await register(world)).toMatchObject({ calls: ['PutItem', 'TransactWriteItems'] });
  expect(await register(world)).toMatchObject({ calls: ['PutItem'] });
  const more = { projects: [{ name: 'tenant-a', roles: ['member', 'service'] }] };
  expect(await register(world, more)).toMatchObject({ calls: ['PutItem', 'PutItem'] });
  const attempt = ['UpdateItem', 'UpdateItem'];
  expect(await login(world, 'wrong')).toMatchObject({ calls: attempt });
  expect(await login(world)).toMatchObject({ calls: [...attempt, 'DeleteItem', 'UpdateItem'] });
  const headers = { 'X-Subject-Token': await tokenOf(world) };
  const revocation = await world.request({ method: 'DELETE', path: tokens, headers });
  expect(revocation).toMatchObject({ calls: ['PutItem'] });
  const credential = await create(world, 'c');
  expect(credential).toMatchObject({ calls: ['TransactWriteItems'] });
  const path = `${credentials}/${Made.parse(ok(credential)).application_credential.id}`;
  const gone = await world.request({ method: 'DELETE', path });
  expect(gone).toMatchObject({ calls: ['TransactWriteItems'] });
  const left = await world.request({ method: 'DELETE', path: alice });
  expect(left).toMatchObject({ calls: ['TransactWriteItems'] });
});

test.each(hows.flatMap((how) => [1, 2].map((at) => ({ how, at }))))(
  'a registration whose call $at $how is made whole by the same request',
  async (disturbance) => {
    await using world = await makeWorld();
    await register(world, {}, disturbance);
    ok(await register(world));
    expect(answerOf(await login(world)).status).toBe(201);
    const { status, body } = answerOf(await world.request({ path: '/identity/v3/projects' }));
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain('"tenant-a"');
  },
);

test.each(hows)(
  'a user is changed together with the end of the tokens, or not at all: %s',
  async (how) => {
    await using world = await makeWorld();
    ok(await register(world));
    const token = await tokenOf(world);
    await register(world, { password: 'another horse' }, { at: 2, how });
    const changed = answerOf(await login(world, 'another horse')).status === 201;
    expect(changed).toBe(how !== 'fails');
    expect(await isGood(world, token)).toBe(!changed);
  },
);

test.each(hows)(
  'a user is deleted together with tokens and credentials, or not at all: %s',
  async (how) => {
    await using world = await makeWorld();
    ok(await register(world));
    const token = await tokenOf(world);
    const own = `/identity/v3/users/${id}/application_credentials`;
    const body = { application_credential: { name: 'c' } };
    const headers = { 'X-Auth-Token': token };
    const credential = Made.parse(
      ok(await world.request({ method: 'POST', path: own, headers, body })),
    ).application_credential;
    await world.request({ method: 'DELETE', path: alice }, { at: 1, how });
    const gone = answerOf(await world.request({ path: alice })).status === 404;
    expect(gone).toBe(how !== 'fails');
    expect(await isGood(world, token)).toBe(!gone);
    expect(answerOf(await loginWith(world, credential)).status).toBe(gone ? 401 : 201);
    // A later user with the same name does not get the credential.
    await world.request({ method: 'DELETE', path: alice });
    ok(await register(world));
    expect(await isGood(world, token)).toBe(false);
    expect(answerOf(await loginWith(world, credential)).status).toBe(401);
    expect(await isGood(world, await tokenOf(world))).toBe(true);
  },
);

test.each(hows)('a credential is made whole, or not at all: %s', async (how) => {
  await using world = await makeWorld();
  await create(world, 'c', { at: 1, how });
  const there = await listed(world);
  expect(there.length).toBe(how === 'fails' ? 0 : 1);
  for (const { id } of there) {
    ok(await world.request({ method: 'DELETE', path: `${credentials}/${id}` }));
  }
  expect(answerOf(await loginWith(world, await made(world))).status).toBe(201);
});

test.each(hows)('a credential is deleted with its tokens, or not at all: %s', async (how) => {
  await using world = await makeWorld();
  const credential = await made(world);
  const token = subjectIn(await loginWith(world, credential));
  const path = `${credentials}/${credential.id}`;
  await world.request({ method: 'DELETE', path }, { at: 1, how });
  const gone = (await listed(world)).length === 0;
  expect(gone).toBe(how !== 'fails');
  expect(await isGood(world, token)).toBe(!gone);
  expect(answerOf(await loginWith(world, credential)).status).toBe(gone ? 401 : 201);
});

test.each(hows)('a revocation is there, or is not: %s', async (how) => {
  await using world = await makeWorld();
  ok(await register(world));
  const token = await tokenOf(world);
  const headers = { 'X-Subject-Token': token };
  await world.request({ method: 'DELETE', path: tokens, headers }, { at: 1, how });
  expect(await isGood(world, token)).toBe(how === 'fails');
});

test.each(hows)('a login of which a call %s can be made again', async (how) => {
  await using world = await makeWorld();
  ok(await register(world));
  for (const at of [1, 2, 3, 4]) {
    await login(world, registration.password, { at, how });
    expect(answerOf(await login(world)).status).toBe(201);
  }
});
