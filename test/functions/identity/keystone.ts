/** The identity surface with three users and a clock that a test may turn. */
import { expect } from 'vitest';
import { makeAuthenticate } from '../../../adapters/http/authenticate.ts';
import { makeSessions } from '../../../adapters/identity/sessions.ts';
import { makeTokens } from '../../../adapters/identity/tokens.ts';
import type { StoredCredential } from '../../../domain/identity/application-credential.ts';
import { type Account, accountOf, admin } from '../../../domain/identity/identity.ts';
import { chainOf } from '../../../domain/identity/validity.ts';
import { nameId } from '../../../domain/ids.ts';
import { identityApi } from '../../../functions/identity/handler.ts';
import { type Call, call, quiet } from '../call.ts';

export const alice = accountOf('alice', [
  { name: 'tenant-a', roles: ['member'] },
  { name: 'tenant-b', roles: ['reader'] },
]);
export const monitor = accountOf('monitor', [{ name: 'services', roles: ['service'] }]);
export const homeless = accountOf('homeless', []);
const accounts = new Map([admin, alice, monitor, homeless].map((account) => [account.id, account]));

/** As the users' rows name them; changed by tests that change a user. */
export const users = accounts;
const projects = ['services', 'tenant-a', 'tenant-b'].map((name) => ({
  id: nameId('project', name),
  name,
}));

export const start = Date.parse('2026-08-21T09:00:00.250Z');
export const clock = { now: start };
/** Audit ids issued so far, in their order. */
export const issued: string[] = [];

/** Chains of tokens that were revoked, generations of users that changed, and credentials. */
export const ended = { chains: new Set<string>(), generations: new Map<string, string | null>() };
export const stored = new Map<string, StoredCredential>();

const signed = makeTokens(
  async () => 'k'.repeat(64),
  () => clock.now,
);
const sessions = makeSessions(signed, {
  factsOf: async (grant) => {
    const generation = ended.generations.get(grant.user.id);
    const credential = [...stored.values()].find(({ id }) => id === grant.credential_id);
    return {
      revoked: ended.chains.has(chainOf(grant)),
      ...(generation !== undefined && { generation }),
      ...(credential && { credential }),
    };
  },
});
export const tokens = { sign: signed.sign, verify: sessions.verify };
const account = async (id: string): Promise<Account | undefined> => accounts.get(id);
const api = identityApi({
  ...tokens,
  authenticate: makeAuthenticate(tokens),
  publicUrl: 'https://api.example/api/',
  logger: quiet,
  account,
  withPassword: async (id = '', password = '') => (password === 'right' ? account(id) : undefined),
  withCredential: async (reference, secret) => {
    const found = [...stored.values()].find((each) =>
      'id' in reference
        ? each.id === reference.id
        : each.name === reference.name && each.user_id === reference.user_id,
    );
    const user = found && accounts.get(found.user_id);
    return user && found?.secret_hash === `hash of ${secret}`
      ? { account: user, credential: found }
      : undefined;
  },
  revoke: async (grant) => {
    ended.chains.add(chainOf(grant));
  },
  project: async (id) => projects.find((each) => each.id === id),
  projects: async () => projects,
  users: async () => [alice, homeless, monitor],
  credentialsOf: async ({ user_id, incarnation }) =>
    [...stored.values()].filter(
      (each) => each.user_id === user_id && each.incarnation === incarnation,
    ),
  addCredential: async (credential) => {
    const key = `${credential.user_id}/${credential.incarnation}/${credential.name}`;
    if (stored.has(key)) return false;
    stored.set(key, credential);
    return true;
  },
  removeCredential: async ({ user_id, incarnation, name }) =>
    stored.delete(`${user_id}/${incarnation}/${name}`),
  newSecret: () => 'generated',
  hashGenerated: (secret) => `hash of ${secret}`,
  hashGiven: async (secret) => `hash of ${secret}`,
  newCredentialId: () => (stored.size + 1).toString(16).padStart(32, '0'),
  credentialsPerUser: 3,
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
