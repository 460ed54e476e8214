/**
 * How long the results of checks are remembered for tokens of other issuers, and what happens while
 * these cannot be checked.
 */
import { expect, test } from 'vitest';
import { makeRemembering } from '../../../adapters/identity/other-issuers.ts';
import { sessionOfOther } from '../../../domain/identity/other-issuer.ts';
import type { Session } from '../../../domain/identity/validity.ts';

const session: Session = sessionOfOther({
  audit_id: 'audit',
  methods: ['password'],
  user: { id: 'u', name: 'alice' },
  project: { id: 'p', name: 'red' },
  roles: ['member'],
  issued_at: 0,
  expires_at: 3600,
});

function setUp() {
  const world = {
    now: 0,
    asked: 0,
    bad: 0,
    answer: async (_token: string): Promise<Session | undefined> => session,
    over: new Set<string>(),
    outage: true,
    note: async (): Promise<void> => {},
  };
  const check = makeRemembering({
    ask: async (token) => {
      world.asked += 1;
      return world.answer(token);
    },
    isOutage: () => world.outage,
    badTokens: {
      checks: (address) => !world.over.has(address),
      note: async () => {
        world.bad += 1;
        await world.note();
      },
    },
    warn: () => {},
    now: () => world.now,
  });
  return { world, check };
}

const unavailable = { code: 'unavailable', headers: { 'Retry-After': '5' } };

test('an accepted token is validated once a minute', async () => {
  const { world, check } = setUp();
  for (const now of [0, 1_000, 59_999]) {
    world.now = now;
    expect(await check('t', '::1')).toEqual(session);
  }
  expect(world.asked).toBe(1);
  world.now = 60_000;
  await check('t', '::1');
  expect(world.asked).toBe(2);
});

test('many requests with one token at the same time validate it once', async () => {
  const { world, check } = setUp();
  const all = await Promise.all(Array.from({ length: 20 }, () => check('t', '::1')));
  expect(all).toEqual(all.map(() => session));
  expect(world.asked).toBe(1);
  world.answer = async () => undefined;
  await Promise.all(Array.from({ length: 20 }, () => check('bad', '::1')));
  expect([world.asked, world.bad]).toEqual([2, 1]);
});

test('a refused token is not remembered: it may be accepted in the next moment', async () => {
  const { world, check } = setUp();
  world.answer = async () => undefined;
  expect(await check('t', '::1')).toBeUndefined();
  world.answer = async () => session;
  expect(await check('t', '::1')).toEqual(session);
});

test('a token that its issuer accepts after its end is refused', async () => {
  const { world, check } = setUp();
  world.now = 3_600_000;
  expect(await check('t', '::1')).toBeUndefined();
});

test('no token is remembered beyond its end', async () => {
  const { world, check } = setUp();
  world.now = 3_590_000;
  expect(await check('t', '::1')).toEqual(session);
  world.now = 3_600_000;
  expect(await check('t', '::1')).toBeUndefined();
});

test('while the issuer does not answer, remembered tokens are accepted, and others get a 503', async () => {
  const { world, check } = setUp();
  await check('known', '::1');
  world.answer = async () => Promise.reject(new Error('ECONNREFUSED'));
  expect(await check('known', '::1')).toEqual(session);
  await expect(check('new', '::1')).rejects.toMatchObject(unavailable);
  // The issuer is not called again for a second, so that a slow issuer does not delay other
  // requests.
  await expect(check('newer', '::1')).rejects.toMatchObject(unavailable);
  expect(world.asked).toBe(2);
  world.answer = async () => session;
  world.now = 1_000;
  expect(await check('new', '::1')).toEqual(session);
});

test('an error about one token does not affect other tokens', async () => {
  const { world, check } = setUp();
  world.outage = false;
  world.answer = async () => Promise.reject(new Error('403'));
  await expect(check('t', '::1')).rejects.toMatchObject(unavailable);
  world.answer = async () => session;
  expect(await check('other', '::1')).toEqual(session);
});

test('a source with many bad tokens is not checked further, and others are', async () => {
  const { world, check } = setUp();
  await check('known', '192.0.2.7');
  world.over.add('192.0.2.7');
  await expect(check('new', '192.0.2.7')).rejects.toMatchObject(unavailable);
  expect(await check('known', '192.0.2.7')).toEqual(session);
  expect(await check('new', '192.0.2.8')).toEqual(session);
});

test('a refused token is refused although it cannot be counted', async () => {
  const { world, check } = setUp();
  world.answer = async () => undefined;
  world.note = async () => Promise.reject(new Error('throttled'));
  expect(await check('t', '::1')).toBeUndefined();
});
