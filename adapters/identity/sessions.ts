/** Whether a token, or what was found good a moment ago, is good now. */

import type { Grant } from '../../domain/identity/identity.ts';
import { type Session, sessionOf } from '../../domain/identity/validity.ts';
import type { Tokens } from './tokens.ts';
import type { Validity } from './validity.ts';

export type Sessions = {
  /** What a token says; undefined if it is not ours, has expired or was ended before its time. */
  readonly verify: (token: string) => Promise<Session | undefined>;
  /** A grant that was found good before, if it still is. */
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
    verify: async (token) => {
      const grant = await verify(token);
      return grant && renew(grant);
    },
  };
}
