/** The identity surface with three users; each test makes its own, with its own clock. */
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
const projects = ['services', 'tenant-a', 'tenant-b'].map((name) => ({
  id: nameId('project', name),
  name,
}));

/** The time at which each surface begins. */
export const start = Date.parse('2026-08-21T09:00:00.250Z');
/** The address that links begin with. */
export const self = 'https://api.example/api/identity/v3/';

export const byName = (name: string, password = 'right') => ({
  methods: ['password'],
  password: { user: { name, domain: { name: 'Default' }, password } },
});
export const project = (name: string) => ({ project: { name, domain: { id: 'default' } } });

/** What a test may look at, and change. */
function stateOf() {
  return {
    clock: { now: start },
    /** Audit ids issued so far, in their order. */
    issued: [] as string[],
    /** The users, as their rows name them. */
    users: new Map([admin, alice, monitor, homeless].map((account) => [account.id, account])),
    /** Chains of tokens that were revoked, and generations of users that changed. */
    ended: { chains: new Set<string>(), generations: new Map<string, string | null>() },
    /** The application credentials. */
    stored: new Map<string, StoredCredential>(),
  };
}
type State = ReturnType<typeof stateOf>;

function tokensOf({ clock, ended, stored }: State) {
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
  return { sign: signed.sign, verify: sessions.verify };
}

function apiOf(state: State, tokens: ReturnType<typeof tokensOf>) {
  const { clock, issued, users, ended, stored } = state;
  const account = async (id: string): Promise<Account | undefined> => users.get(id);
  return identityApi({
    ...tokens,
    authenticate: makeAuthenticate(tokens),
    publicUrl: 'https://api.example/api/',
    logger: quiet,
    account,
    withPassword: async (id = '', password = '') =>
      password === 'right' ? account(id) : undefined,
    withCredential: async (reference, secret) => {
      const found = [...stored.values()].find((each) =>
        'id' in reference
          ? each.id === reference.id
          : each.name === reference.name && each.user_id === reference.user_id,
      );
      const user = found && users.get(found.user_id);
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
}

/** Makes a surface with its users, without credentials, and with the clock at `start`. */
function surface() {
  const state = stateOf();
  const tokens = tokensOf(state);
  const api = apiOf(state, tokens);
  const ask = (request: Call) => call(api, request);
  const login = (auth: unknown, query: Call['query'] = {}) =>
    ask({ method: 'POST', path: '/identity/v3/auth/tokens', body: { auth }, query });
  /** Logs in; the token. */
  const tokenOf = async (auth: unknown): Promise<string> => {
    const { status, headers } = await login(auth);
    expect(status).toBe(201);
    return headers['X-Subject-Token'] ?? '';
  };
  return { ...state, tokens, ask, login, tokenOf };
}

/** The surface, with a token for each user. The tokens are the same in each surface. */
async function withTokens() {
  const made = surface();
  const adminToken = await made.tokenOf({ identity: byName('admin') });
  const aliceToken = await made.tokenOf({ identity: byName('alice') });
  const aliceUnscoped = await made.tokenOf({ identity: byName('alice'), scope: 'unscoped' });
  const monitorToken = await made.tokenOf({ identity: byName('monitor') });
  return { ...made, adminToken, aliceToken, aliceUnscoped, monitorToken };
}

/** A new surface; each test makes its own. */
export const keystone = async (): Promise<Keystone> => await withTokens();

export type Keystone = ReturnType<typeof surface>;

export const { adminToken, aliceToken, aliceUnscoped, monitorToken } = await withTokens();
