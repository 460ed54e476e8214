import { isAllowed } from '../../domain/identity/access-rule.ts';
import { callerOf, unauthenticated } from '../../domain/identity/identity.ts';
import type { Session } from '../../domain/identity/validity.ts';
import type { TokenIssuer } from '../identity/other-issuers.ts';
import type { OpenedToken } from '../identity/sessions.ts';
import { permitAfter } from '../permit.ts';
import type { MonitorLogin } from './basic.ts';
import type { DialectName } from './dialects.ts';
import type { Authenticate, Headers } from './surface.ts';

/** The dependencies of the check. */
export type AuthenticateDeps = {
  /** The session of a token; undefined if the token is not valid. */
  readonly verify: (token: string) => Promise<Session | undefined>;
  /**
   * Opens a token by its signature; undefined if it is not valid. With it, the request reads while its
   * session is checked. Absent where routes need to know the caller's credential.
   */
  readonly open?: (token: string) => Promise<OpenedToken | undefined>;
  /** Checks `Authorization` for the routes that accept it; absent on surfaces without such routes. */
  readonly monitor?: MonitorLogin;
  /** Issuers whose tokens are accepted beside Doctor's own; each is tried by the form of the token. */
  readonly others?: Promise<readonly TokenIssuer[]>;
};

/** The surfaces' types in the catalogue, by which access rules name them. */
const serviceTypes: Record<DialectName, string> = {
  identity: 'identity',
  compute: 'compute',
  network: 'network',
  alarming: 'alarming',
  doctor: 'fault-management',
  'instance-ha': 'instance-ha',
};

/** The token of another issuer in a request, and that issuer; undefined if there is none. */
function tokenOfOther(headers: Headers, others: readonly TokenIssuer[]) {
  const token = headers['x-auth-token']?.trim();
  const [, bearer] = /^\s*bearer +(\S+)\s*$/i.exec(headers.authorization ?? '') ?? [];
  const text = token || bearer;
  const issuer = others.find((each) => text && (token || each.bearer) && each.recognises(text));
  return text && issuer && { token: text, issuer };
}

/**
 * The check in front of every route: `X-Auth-Token`, or `Authorization` if the route accepts it and no
 * token was sent; then the access rules of the credential. Every refusal is the same 401, that of the
 * access rules too, as in keystonemiddleware. A token of another issuer is checked before the route
 * begins, because only its issuer knows the caller.
 */
export const makeAuthenticate =
  ({ verify, open, monitor, others }: AuthenticateDeps): Authenticate =>
  async (headers, { basic, dialect, method, path, address }) => {
    const asked = { service: serviceTypes[dialect], method, path };
    const allowed = (session: Session | undefined): Session => {
      if (!session) throw unauthenticated();
      if (!isAllowed(session.credential?.access_rules, asked)) throw unauthenticated();
      return session;
    };
    const other = others && tokenOfOther(headers, await others);
    if (other) return callerOf(allowed(await other.issuer.session(other.token, address)));
    const token = headers['x-auth-token']?.trim();
    if (token && open) {
      const opened = await open(token);
      if (!opened) throw unauthenticated();
      const check = async () => {
        allowed(await opened.session());
      };
      if (!permitAfter(check)) await check();
      return callerOf(opened.grant);
    }
    const { authorization } = headers;
    let session: Session | undefined;
    if (token) session = await verify(token);
    else if (basic && authorization) session = await monitor?.(authorization, address);
    return callerOf(allowed(session));
  };
