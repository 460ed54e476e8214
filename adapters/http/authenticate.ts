import { callerOf, type Grant, unauthenticated } from '../../domain/identity/identity.ts';
import type { Basic } from './basic.ts';
import type { Authenticate } from './surface.ts';

export type Credentials = {
  /** What a token says; undefined if it is not a good one. */
  readonly verify: (token: string) => Promise<Grant | undefined>;
  /** Where a route accepts HTTP Basic too; without it none does. */
  readonly basic?: Basic;
};

/**
 * The check in front of every route: `X-Auth-Token`, or HTTP Basic where the route accepts it and
 * no token was sent. Whatever is wrong, the answer is the same 401.
 */
export const makeAuthenticate =
  ({ verify, basic }: Credentials): Authenticate =>
  async (headers, accept) => {
    const token = headers['x-auth-token']?.trim();
    if (token) {
      const grant = await verify(token);
      if (!grant) throw unauthenticated();
      return callerOf(grant);
    }
    const { authorization } = headers;
    const caller = accept.basic && authorization ? await basic?.(authorization) : undefined;
    if (!caller) throw unauthenticated();
    return caller;
  };
