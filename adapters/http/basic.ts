import { createHmac, randomBytes } from 'node:crypto';
import type { Caller } from '../../domain/identity/access.ts';
import { type Account, callerOf, grantFor } from '../../domain/identity/identity.ts';
import { nameId } from '../../domain/ids.ts';

/** Who has this `Authorization` header, in the default project; undefined if nobody. */
export type Basic = (authorization: string) => Promise<Caller | undefined>;

/** A changed password works on for so long in a warm function, and is checked so seldom. */
const lifeMs = 60_000;
const maxRemembered = 100;
const maxHeaderLength = 1024;

/**
 * HTTP Basic (RFC 7617) for users of the domain Default. A credential that was right is remembered
 * for a minute, under an HMAC with a key of this process, so that not each event pays for a hash.
 */
export function makeBasic(
  withPassword: (user_id: string, password: string) => Promise<Account | undefined>,
  now: () => number = Date.now,
): Basic {
  const key = randomBytes(32);
  const remembered = new Map<string, { caller: Caller; until: number }>();

  return async (authorization) => {
    const credential = readCredential(authorization);
    if (!credential) return undefined;
    const mark = createHmac('sha256', key).update(authorization).digest('base64');
    const known = remembered.get(mark);
    if (known && now() < known.until) return known.caller;
    remembered.delete(mark);

    const { name, password } = credential;
    const account = await withPassword(nameId('user', name), password);
    if (!account) return undefined;
    const caller = callerInDefaultProject(account);
    const [oldest] = remembered.keys();
    if (remembered.size >= maxRemembered && oldest !== undefined) remembered.delete(oldest);
    remembered.set(mark, { caller, until: now() + lifeMs });
    return caller;
  };
}

const callerInDefaultProject = (account: Account): Caller =>
  callerOf(grantFor({ account, scope: { kind: 'default' }, audit_id: '', now: 0 }));

function readCredential(authorization: string): { name: string; password: string } | undefined {
  if (authorization.length > maxHeaderLength) return undefined;
  const [, encoded] = /^basic +([A-Za-z0-9+/_=-]+)$/i.exec(authorization.trim()) ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) return undefined;
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
