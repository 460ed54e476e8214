/**
 * The header `Authorization`, which monitors send: their configuration holds a credential that does
 * not change.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { grantForCredential } from '../../domain/identity/credential-grant.ts';
import { type Grant, grantFor } from '../../domain/identity/identity.ts';
import type { Session } from '../../domain/identity/validity.ts';
import { nameId } from '../../domain/ids.ts';
import { recent } from '../../domain/recent.ts';
import type { Logins } from '../identity/logins.ts';
import type { Sessions } from '../identity/sessions.ts';

/** The session of an `Authorization` header sent from an address; undefined if it is not valid. */
export type MonitorLogin = (authorization: string, address: string) => Promise<Session | undefined>;

/**
 * How long a valid header is remembered: its secret is checked again after that. Whether its grant is
 * still valid is checked each time.
 */
const lifeMs = 60_000;
const maxRemembered = 100;
/** In characters; longer than any header with a token. */
const maxHeaderLength = 4096;

/** The form of a credential's id; a user's name may have it as well. */
const credentialId = /^[0-9a-f]{32}$/;

/**
 * HTTP Basic (RFC 7617) with the name and password of a user of the domain Default, or with the id
 * and secret of an application credential; and Bearer (RFC 6750) with a token, or with `id:secret`.
 * A password logs in to the user's default project. A valid header is remembered for a minute, so that
 * not each event costs a slow hash; it is stored as an HMAC under a key of this process.
 */
export function makeMonitorLogin(
  { withPassword, withCredential, verify, renew }: Logins & Sessions,
  now: () => number = Date.now,
): MonitorLogin {
  const key = randomBytes(32);
  const remembered = recent<{ grant: Grant; until: number }>(maxRemembered);

  const credentialGrant = async ({ name: id, secret }: Pair, address: string) => {
    if (!credentialId.test(id)) return undefined;
    const found = await withCredential({ id }, secret, address);
    const seconds = Math.floor(now() / 1000);
    return found && grantForCredential({ ...found, audit_id: '', now: seconds });
  };

  const passwordGrant = async ({ name, secret }: Pair, address: string) => {
    const account = await withPassword(nameId('user', name), secret, address);
    const scope = { kind: 'default' } as const;
    return account && grantFor({ account, scope, audit_id: '', now: Math.floor(now() / 1000) });
  };

  return async (authorization, address) => {
    if (authorization.length > maxHeaderLength) return undefined;
    const offered = readAuthorization(authorization.trim());
    if (!offered) return undefined;
    if (offered.scheme === 'token') return verify(offered.token);
    const mark = createHmac('sha256', key).update(authorization).digest('base64');
    const known = remembered.get(mark);
    const session = known && now() < known.until ? await renew(known.grant) : undefined;
    if (session) return session;
    remembered.delete(mark);

    const grant =
      (await credentialGrant(offered, address)) ??
      (offered.scheme === 'basic' ? await passwordGrant(offered, address) : undefined);
    if (!grant) return undefined;
    const until = Math.min(now() + lifeMs, grant.expires_at * 1000);
    remembered.set(mark, { grant, until });
    return renew(grant);
  };
}

type Pair = { readonly name: string; readonly secret: string };
type Offered =
  | ({ readonly scheme: 'basic' | 'bearer' } & Pair)
  | { readonly scheme: 'token'; readonly token: string };

function readAuthorization(header: string): Offered | undefined {
  const [, bearer] = /^bearer +(\S+)$/i.exec(header) ?? [];
  if (bearer !== undefined) {
    const pair = pairIn(bearer);
    return pair ? { scheme: 'bearer', ...pair } : { scheme: 'token', token: bearer };
  }
  const [, encoded] = /^basic +([A-Za-z0-9+/_=-]+)$/i.exec(header) ?? [];
  if (encoded === undefined) return undefined;
  const pair = pairIn(Buffer.from(encoded, 'base64').toString('utf8'));
  return pair && { scheme: 'basic', ...pair };
}

function pairIn(text: string): Pair | undefined {
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return { name: text.slice(0, colon), secret: text.slice(colon + 1) };
}
