import { beforeEach, expect, test } from 'vitest';
import { alice, byName, type Keystone, keystone, project } from './keystone.ts';

let world: Keystone;
beforeEach(async () => {
  world = await keystone();
});

const revoke = (own: string, subject: string) =>
  world.ask({
    method: 'DELETE',
    path: '/identity/v3/auth/tokens',
    headers: { 'X-Auth-Token': own, 'X-Subject-Token': subject },
  });
const validate = (own: string, subject: string) =>
  world.ask({
    path: '/identity/v3/auth/tokens',
    headers: { 'X-Auth-Token': own, 'X-Subject-Token': subject },
  });
const rescoped = (id: string) => ({
  identity: { methods: ['token'], token: { id } },
  scope: project('tenant-b'),
});
const fresh = (name: string) => world.tokenOf({ identity: byName(name) });

test('a revoked token is unknown to validators and no login', async () => {
  const [admin, token] = [await fresh('admin'), await fresh('alice')];
  expect(await revoke(token, token)).toMatchObject({ status: 204, body: undefined });
  expect(await validate(admin, token)).toMatchObject({ status: 404 });
  expect(await validate(token, token)).toMatchObject({ status: 401 });
  expect(await world.login(rescoped(token))).toMatchObject({ status: 401 });
  expect(await revoke(admin, token)).toMatchObject({ status: 404 });
});

test('tokens that were made of a revoked one, and that it was made of, end with it', async () => {
  const admin = await fresh('admin');
  const first = await fresh('alice');
  const second = await world.tokenOf(rescoped(first));
  const third = await world.tokenOf(rescoped(second));
  expect(await revoke(first, second)).toMatchObject({ status: 204 });
  for (const token of [first, second, third]) {
    expect(await validate(admin, token)).toMatchObject({ status: 404 });
  }
  expect(await validate(admin, await fresh('alice'))).toMatchObject({ status: 200 });
});

test.each([
  { who: 'admin', whose: 'alice', status: 204 },
  { who: 'alice', whose: 'admin', status: 403 },
  { who: 'monitor', whose: 'alice', status: 403 },
])('$who revokes the token of $whose: $status', async ({ who, whose, status }) => {
  const token = await fresh(whose);
  expect(await revoke(await fresh(who), token)).toMatchObject({ status });
  expect(await validate(await fresh('admin'), token)).toMatchObject({
    status: status === 204 ? 404 : 200,
  });
});

test.each([undefined, 'bad'])('a revocation of %s is a 404', async (subject = '') => {
  expect(await revoke(await fresh('admin'), subject)).toMatchObject({ status: 404 });
});

test('tokens of a user who has changed or was deleted end', async () => {
  const admin = await fresh('admin');
  for (const generation of ['another', null]) {
    const token = await fresh('alice');
    world.ended.generations.set(alice.id, generation);
    expect(await validate(admin, token)).toMatchObject({ status: 404 });
    expect(await world.login(rescoped(token))).toMatchObject({ status: 401 });
    world.ended.generations.delete(alice.id);
  }
});
