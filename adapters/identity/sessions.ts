/** Checks whether a token, or a grant that was valid a moment ago, is valid now. */

import type { Grant } from '../../domain/identity/identity.ts';
import { type Session, sessionOf } from '../../domain/identity/validity.ts';
import type { Tokens } from './tokens.ts';
import type { Validity } from './validity.ts';

/** A token whose signature is right. */
export type OpenedToken = {
  readonly grant: Grant;
  /** Checks that it was not ended: the session, or undefined. */
  readonly session: () => Promise<Session | undefined>;
};

export type Sessions = {
  /** The token by its signature alone; undefined if it is not Doctor's, or has expired. */
  readonly open: (token: string) => Promise<OpenedToken | undefined>;
  /** The session of a token; undefined if it is not Doctor's, has expired or was ended. */
  readonly verify: (token: string) => Promise<Session | undefined>;
  /** The session of a grant that was valid before; undefined if it was ended. */
  readonly renew: (grant: Grant) => Promise<Session | undefined>;
};

/** Each check is one consistent read, so a revocation holds from the next request on. */
export function makeSessions(
  { verify }: Pick<Tokens, 'verify'>,
  { factsOf }: Pick<Validity, 'factsOf'>,
): Sessions {
  const renew = async (grant: Grant) => sessionOf(grant, await factsOf(grant));
  return {
    renew,
    open: async (token) => {
      const grant = await verify(token);
      return grant && { grant, session: () => renew(grant) };
    },
    verify: async (token) => {
      const grant = await verify(token);
      return grant && renew(grant);
    },
  };
}
