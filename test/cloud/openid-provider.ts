/**
 * A real OpenID provider: the certified `oidc-provider`, on a port of its own. Its keys can be
 * rotated. It issues tokens as to real clients: for the credentials of a program, or after a user's
 * login in a browser.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';
import * as z from 'zod';

/**
 * The audiences of tokens. `short` is also an audience of Doctor, and its tokens end after a
 * second.
 */
export const resources = {
  doctor: { audience: 'doctor-api', accessTokenTTL: 3_600 },
  short: { audience: 'doctor-api', accessTokenTTL: 1 },
  other: { audience: 'other-api', accessTokenTTL: 3_600 },
} as const;
export type ResourceName = keyof typeof resources;

/** The claims of a program's or a user's tokens, by its id. */
export type ExtraClaims = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const seconds = 3_600;
type Limited = { readonly resourceServer?: { readonly accessTokenTTL?: number } | undefined };
const ofResource = (_: unknown, { resourceServer }: Limited): number =>
  resourceServer?.accessTokenTTL ?? seconds;
/** Set because the provider warns about its defaults. */
const ttl = {
  AccessToken: ofResource,
  ClientCredentials: ofResource,
  AuthorizationCode: seconds,
  Grant: seconds,
  IdToken: seconds,
  Interaction: seconds,
  Session: seconds,
};

const redirectUri = 'https://client.example/done';
const uriOf = (name: ResourceName): string => `https://api.example/${name}`;
const secretOf = (client: string): string => `${client}-secret`;

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
const jwkOf = async (kid: string, { privateKey }: KeyPair) => ({
  ...(await exportJWK(privateKey)),
  kid,
  alg: 'ES256',
  use: 'sig',
});
const newKey = async (kid: string) =>
  jwkOf(kid, await generateKeyPair('ES256', { extractable: true }));
type Jwk = Awaited<ReturnType<typeof newKey>>;

/** `keys`: the provider signs with the first one. */
function configuration(keys: readonly Jwk[], claims: ExtraClaims): Configuration {
  return {
    jwks: { keys: [...keys] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clients: Object.keys(claims).map((client_id) => ({
      client_id,
      client_secret: secretOf(client_id),
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'client_credentials'],
      response_types: ['code'],
    })),
    cookies: { keys: ['test'] },
    ttl,
    extraTokenClaims: (_, token) => {
      const subject = 'accountId' in token ? token.accountId : token.clientId;
      return { ...claims[subject ?? ''] };
    },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, indicator) => {
          const name = z.enum(['doctor', 'short', 'other']).parse(indicator.split('/').at(-1));
          return {
            ...resources[name],
            scope: '',
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          };
        },
      },
    },
  };
}

const Tokens = z.object({ access_token: z.string(), id_token: z.string().optional() });

/** Starts a provider on the machine itself. Programs and users are the names of `claims`. */
export async function openIdProvider(claims: ExtraClaims) {
  let keys = [await newKey('one')];
  let provider: Provider;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    provider.callback()(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port }: AddressInfo = z
    .object({ address: z.string(), family: z.string(), port: z.int() })
    .parse(server.address());
  const issuer = `http://127.0.0.1:${port}`;
  /** A provider keeps the keys that it was started with, so it is started again to change them. */
  const publish = (next: Jwk[]) => {
    keys = next;
    provider = new Provider(issuer, configuration(keys, claims));
  };
  publish(keys);

  const tokens = async (client: string, form: Readonly<Record<string, string>>) => {
    const basic = Buffer.from(`${client}:${secretOf(client)}`).toString('base64');
    const got = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams(form),
    });
    return Tokens.parse(await got.json());
  };
  return {
    issuer,
    /** The paths that were asked for, in their order. */
    requests,
    /** The access token of a program, by its own credentials. */
    programToken: async (client: string, name: ResourceName = 'doctor'): Promise<string> =>
      (await tokens(client, { grant_type: 'client_credentials', resource: uriOf(name) }))
        .access_token,
    /** The tokens of a user who logs in to a client in a browser. */
    userTokens: async (client: string, user: string) => {
      const verifier = randomBytes(32).toString('base64url');
      const query = new URLSearchParams({
        client_id: client,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope: 'openid',
        resource: uriOf('doctor'),
        code_challenge_method: 'S256',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      });
      const code = await codeOf(`${issuer}/auth?${query}`, user);
      return tokens(client, {
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: redirectUri,
        resource: uriOf('doctor'),
      });
    },
    /** Signs with a new key. The previous key stays published until it is withdrawn. */
    rotate: async () => publish([await newKey(`key-${keys.length + 1}`), ...keys]),
    /** Only the newest key is published. */
    withdraw: () => publish(keys.slice(0, 1)),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Logs a user in and consents by the provider's own pages, as a browser does. */
async function codeOf(address: string, user: string): Promise<string> {
  const cookies = new Map<string, string>();
  let [url, form]: [string, URLSearchParams | undefined] = [address, undefined];
  for (let steps = 0; steps < 12; steps++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const page: Response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    });
    for (const line of page.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location: string | null = page.headers.get('location');
    if (location?.startsWith(redirectUri)) {
      return new URL(location).searchParams.get('code') ?? '';
    }
    if (location !== null) {
      [url, form] = [new URL(location, url).href, undefined];
      continue;
    }
    const text = await page.text();
    const [, action] = /<form[^>]* action="([^"]+)"/.exec(text) ?? [];
    const [, prompt] = /name="prompt" value="([^"]+)"/.exec(text) ?? [];
    if (action === undefined || prompt === undefined) throw new Error(`no form at ${url}: ${text}`);
    url = new URL(action, url).href;
    form = new URLSearchParams({ prompt, login: user, password: 'any' });
  }
  throw new Error('the login does not end');
}
