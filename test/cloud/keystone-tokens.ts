/** The tokens and application credentials of the stand-in's Keystone. */
import { randomBytes, randomUUID } from 'node:crypto';

export type CloudRule = {
  readonly id: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
};

/** The facts in a token. Without project, domain and system the token is unscoped. */
export type TokenFacts = {
  readonly user: string;
  readonly project?: string;
  readonly domain?: string;
  readonly system?: boolean;
  readonly roles: readonly string[];
  readonly accessRules?: readonly CloudRule[];
  /** The id of the application credential of the login. */
  readonly credential?: string;
};

type IssuedToken = TokenFacts & {
  readonly audit_id: string;
  readonly issued_at: number;
  readonly expires_at: number;
  state: 'good' | 'revoked' | 'disabled';
};

/** An id in Keystone's form. The same name always gives the same id. */
export const cloudId = (name: string): string => Buffer.from(name).toString('hex').padEnd(32, '0');

const named = (name: string) => ({
  id: cloudId(name),
  name,
  domain: { id: 'default', name: 'Default' },
});

/** The body of a validation or a login. */
export const tokenBody = (token: IssuedToken, catalog: unknown) => ({
  token: {
    methods: [token.credential === undefined ? 'password' : 'application_credential'],
    audit_ids: [token.audit_id],
    issued_at: new Date(token.issued_at).toISOString().replace('Z', '000Z'),
    expires_at: new Date(token.expires_at).toISOString().replace('Z', '000Z'),
    user: { ...named(token.user), password_expires_at: null },
    ...(token.project !== undefined && { project: named(token.project), is_domain: false }),
    ...(token.domain !== undefined && { domain: { id: token.domain, name: token.domain } }),
    ...(token.system && { system: { all: true } }),
    ...(token.roles.length > 0 && {
      roles: token.roles.map((name) => ({ id: cloudId(name), name })),
    }),
    ...(token.credential !== undefined && {
      application_credential: {
        id: token.credential,
        name: 'made by a test',
        restricted: true,
        ...(token.accessRules && { access_rules: token.accessRules }),
      },
    }),
    ...(catalog !== undefined && { catalog }),
  },
});

/** Issues tokens in the form of fernet tokens; `now` in milliseconds since 1970. */
export function makeTokenStore(now: () => number) {
  const tokens = new Map<string, IssuedToken>();
  const credentials = new Map<string, { readonly secret: string; readonly facts: TokenFacts }>();

  const tokenFor = (facts: TokenFacts, expiresInSeconds = 3600): string => {
    const token = `gAAAAAB${randomBytes(130).toString('base64url')}`;
    const issued_at = now();
    const audit_id = randomBytes(16).toString('base64url');
    const expires_at = issued_at + expiresInSeconds * 1000;
    tokens.set(token, { ...facts, audit_id, issued_at, expires_at, state: 'good' });
    return token;
  };

  return {
    tokenFor,
    /** Makes an application credential; its tokens have these facts. */
    credentialFor: (facts: TokenFacts) => {
      const id = randomUUID().replaceAll('-', '');
      const secret = randomBytes(24).toString('base64url');
      credentials.set(id, { secret, facts: { ...facts, credential: id } });
      return { id, secret };
    },
    deleteCredential: (id: string) => {
      credentials.delete(id);
      for (const token of tokens.values()) if (token.credential === id) token.state = 'revoked';
    },
    login: (id: string, secret: string): string | undefined => {
      const found = credentials.get(id);
      return found?.secret === secret ? tokenFor(found.facts) : undefined;
    },
    revoke: (token: string) => setState(tokens.get(token), 'revoked'),
    /** Makes a token invalid, as if its user was disabled. */
    disable: (token: string) => setState(tokens.get(token), 'disabled'),
    any: (token: string | undefined) => (token === undefined ? undefined : tokens.get(token)),
    /** The token; undefined if it is not valid now. */
    good: (token: string | undefined): IssuedToken | undefined => {
      const found = token === undefined ? undefined : tokens.get(token);
      return found?.state === 'good' && now() < found.expires_at ? found : undefined;
    },
  };
}

export type TokenStore = ReturnType<typeof makeTokenStore>;

function setState(token: IssuedToken | undefined, state: IssuedToken['state']): void {
  if (token) token.state = state;
}
