import { isAllowed } from '../../domain/identity/access-rule.ts';
import { callerOf, unauthenticated } from '../../domain/identity/identity.ts';
import type { Session } from '../../domain/identity/validity.ts';
import type { MonitorLogin } from './basic.ts';
import type { DialectName } from './dialects.ts';
import type { Authenticate } from './surface.ts';

export type AuthenticateDeps = {
  /** What a token says; undefined if it is not a good one. */
  readonly verify: (token: string) => Promise<Session | undefined>;
  /** For routes that accept `Authorization` too; without it none does. */
  readonly monitor?: MonitorLogin;
};

/** The types in the catalogue by which access rules name the surfaces. */
const serviceTypes: Record<DialectName, string> = {
  identity: 'identity',
  compute: 'compute',
  network: 'network',
  alarming: 'alarming',
  doctor: 'fault-management',
};

/**
 * The check in front of every route: `X-Auth-Token`, or `Authorization` where the route accepts it
 * and no token was sent; then the access rules of the credential. Whatever is wrong, the answer is
 * the same 401, of a request that the rules do not allow as well (keystonemiddleware does the same).
 */
export const makeAuthenticate =
  ({ verify, monitor }: AuthenticateDeps): Authenticate =>
  async (headers, { basic, dialect, method, path, address }) => {
    const token = headers['x-auth-token']?.trim();
    const { authorization } = headers;
    let session: Session | undefined;
    if (token) session = await verify(token);
    else if (basic && authorization) session = await monitor?.(authorization, address);
    if (!session) throw unauthenticated();
    const asked = { service: serviceTypes[dialect], method, path };
    if (!isAllowed(session.credential?.access_rules, asked)) throw unauthenticated();
    return callerOf(session);
  };
