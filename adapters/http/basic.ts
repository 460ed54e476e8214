/** What monitors send in `Authorization`: their configuration holds a credential that does not change. */
import { createHmac, randomBytes } from 'node:crypto';
import { grantForCredential } from '../../domain/identity/application-credential.ts';
import { type Grant, grantFor } from '../../domain/identity/identity.ts';
import type { Session } from '../../domain/identity/validity.ts';
import { nameId } from '../../domain/ids.ts';
import type { Logins } from '../identity/logins.ts';
import type { Sessions } from '../identity/sessions.ts';

/** Who has this `Authorization` header, sent from this address; undefined if nobody. */
export type MonitorLogin = (authorization: string, address: string) => Promise<Session | undefined>;

/** What was right is checked so seldom; that it still holds is checked each time. */
const lifeMs = 60_000;
const maxRemembered = 100;
/** Longer than any token in a header. */
const maxHeaderLength = 4096;

/** The form of a credential's id; a user's name may have it as well. */
const credentialId = /^[0-9a-f]{32}$/;

/**
 * HTTP Basic (RFC 7617) with the name and password of a user of the domain Default, or with the id
 * and secret of an application credential; and Bearer (RFC 6750) with a token, or with `id:secret`.
 * A password is for the user's default project. What was right is remembered for a minute, under an
 * HMAC with a key of this process, so that not each event pays for a hash.
 */
export function makeMonitorLogin(
  { withPassword, withCredential, verify, renew }: Logins & Sessions,
  now: () => number = Date.now,
): MonitorLogin {
  const key = randomBytes(32);
  const remembered = new Map<string, { grant: Grant; until: number }>();

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
    if (known && now() < known.until) {
      const session = await renew(known.grant);
      if (session) return session;
    }
    remembered.delete(mark);

    const grant =
      (await credentialGrant(offered, address)) ??
      (offered.scheme === 'basic' ? await passwordGrant(offered, address) : undefined);
    if (!grant) return undefined;
    const [oldest] = remembered.keys();
    if (remembered.size >= maxRemembered && oldest !== undefined) remembered.delete(oldest);
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
