/** The identity surface with three users and a clock that a test may turn. */
import { expect } from 'vitest';
import { makeAuthenticate } from '../../../adapters/http/authenticate.ts';
import { makeTokens } from '../../../adapters/identity/tokens.ts';
import { type Account, accountOf, admin } from '../../../domain/identity/identity.ts';
import { identityApi } from '../../../functions/identity/handler.ts';
import { type Call, call, quiet } from '../call.ts';

export const alice = accountOf('alice', [
  { name: 'tenant-a', roles: ['member'] },
  { name: 'tenant-b', roles: ['reader'] },
]);
export const monitor = accountOf('monitor', [{ name: 'services', roles: ['service'] }]);
export const homeless = accountOf('homeless', []);
const accounts = new Map([admin, alice, monitor, homeless].map((account) => [account.id, account]));

export const start = Date.parse('2026-08-21T09:00:00.250Z');
export const clock = { now: start };
/** Audit ids issued so far, in their order. */
export const issued: string[] = [];

export const tokens = makeTokens(
  async () => 'k'.repeat(64),
  () => clock.now,
);
const account = async (id: string): Promise<Account | undefined> => accounts.get(id);
const api = identityApi({
  ...tokens,
  authenticate: makeAuthenticate(tokens),
  publicUrl: 'https://api.example/api/',
  logger: quiet,
  account,
  accountWithPassword: async (id, password) => (password === 'right' ? account(id) : undefined),
  newAuditId: () => {
    const id = `audit-${issued.length + 1}`;
    issued.push(id);
    return id;
  },
  now: () => clock.now,
  region: 'RegionOne',
});

export const ask = (request: Call) => call(api, request);
export const login = (auth: unknown, query: Call['query'] = {}) =>
  ask({ method: 'POST', path: '/identity/v3/auth/tokens', body: { auth }, query });

export const byName = (name: string, password = 'right') => ({
  methods: ['password'],
  password: { user: { name, domain: { name: 'Default' }, password } },
});
export const project = (name: string) => ({ project: { name, domain: { id: 'default' } } });

export const tokenOf = async (auth: unknown): Promise<string> => {
  const { status, headers } = await login(auth);
  expect(status).toBe(201);
  return headers['X-Subject-Token'] ?? '';
};
export const adminToken = await tokenOf({ identity: byName('admin') });
export const aliceToken = await tokenOf({ identity: byName('alice') });
export const aliceUnscoped = await tokenOf({ identity: byName('alice'), scope: 'unscoped' });
export const monitorToken = await tokenOf({ identity: byName('monitor') });

export const self = 'https://api.example/api/identity/v3/';
