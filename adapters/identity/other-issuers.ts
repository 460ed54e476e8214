/** Tokens that Doctor did not issue: who checks them, what is remembered, and when it is not known. */
import { createHash } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import { rememberedUntil } from '../../domain/identity/other-issuer.ts';
import type { Session } from '../../domain/identity/validity.ts';
import { recent } from '../../domain/recent.ts';
import type { BadTokens } from './bad-tokens.ts';

/** An issuer whose tokens Doctor accepts. */
export type TokenIssuer = {
  /** Whether a token looks like one of this issuer. No call is made. */
  readonly recognises: (token: string) => boolean;
  /** Whether its tokens are also accepted as `Authorization: Bearer`. */
  readonly bearer: boolean;
  /**
   * The session of a token, sent from an IP address; undefined if it is not valid.
   * @throws DomainError `unavailable` if it cannot be found out now.
   */
  readonly session: (token: string, address: string) => Promise<Session | undefined>;
};

const mostRemembered = 5_000;
/** After an outage of the issuer was seen, it is not asked again for so long. */
const restMs = 1_000;
const retryAfterSeconds = 5;

const unavailable = (): DomainError =>
  new DomainError('unavailable', 'Tokens cannot be checked at the moment. Try again later.', {
    'Retry-After': String(retryAfterSeconds),
  });

type RememberingDeps = {
  /** The session of a token; undefined if it is not valid. Throws if it cannot be found out. */
  readonly ask: (token: string) => Promise<Session | undefined>;
  /** Whether an error of `ask` says that the issuer does not answer, whatever the token. */
  readonly isOutage: (error: unknown) => boolean;
  readonly badTokens: BadTokens;
  readonly warn: (text: string, error: unknown) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
};

/**
 * Checks tokens, and remembers the accepted ones by their hash. Requests with the same token at the same
 * time ask once. A refused token is not remembered, but counted.
 */
export function makeRemembering({
  ask,
  isOutage,
  badTokens,
  warn,
  now = Date.now,
}: RememberingDeps): TokenIssuer['session'] {
  const accepted = recent<{ session: Session; until: number }>(mostRemembered);
  const asking = new Map<string, Promise<Session | undefined>>();
  let restUntil = 0;

  const find = async (key: string, token: string): Promise<Session | undefined> => {
    const session = await ask(token).catch((error: unknown) => {
      if (isOutage(error)) restUntil = now() + restMs;
      warn('a token could not be checked', error);
      throw unavailable();
    });
    const seconds = now() / 1000;
    if (!session || session.expires_at <= seconds) return undefined;
    accepted.set(key, { session, until: rememberedUntil(session, seconds) });
    return session;
  };

  return async (token, address) => {
    const key = createHash('sha256').update(token).digest('base64');
    const known = accepted.get(key);
    if (known && now() / 1000 < known.until) return known.session;
    accepted.delete(key);
    const running = asking.get(key);
    if (running) return running;
    if (now() < restUntil || !badTokens.checks(address)) throw unavailable();
    const found = find(key, token);
    asking.set(key, found);
    const session = await found.finally(() => asking.delete(key));
    if (!session) {
      await badTokens.note(address).catch((error: unknown) => {
        warn('a refused token could not be counted', error);
      });
    }
    return session;
  };
}
