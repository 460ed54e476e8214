/** Repeats requests that failed, if a repeat may succeed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { grownPause, spread } from '../domain/back-off.ts';
import { type CliSession, Failure, type Request } from './session.ts';

/** The number of attempts of one request, and the pauses between them in milliseconds, which grow. */
export const mostRequests = 6;
const pauses = { first: 200, longest: 10_000 };

/** True if a repeat of the request may succeed. */
export const mayPass = ({ status }: Failure): boolean =>
  status === undefined || status === 429 || status >= 500;

/** Waits after the n-th attempt: as long as the answer's `Retry-After` says, if it has one. */
export const pauseAfterRefusal = (tries: number, { retryAfter }: Failure): Promise<void> => {
  const grown = spread(grownPause(tries, pauses), Math.random());
  return sleep(retryAfter === undefined ? grown : retryAfter * 1000);
};

/**
 * Sends a request, and repeats it after a failure if a repeat may succeed. Only for requests that
 * change nothing.
 */
export async function patiently(session: CliSession, request: Request): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    try {
      return await session.ask(request);
    } catch (error) {
      if (!(error instanceof Failure) || !mayPass(error) || tries >= mostRequests) throw error;
      await pauseAfterRefusal(tries, error);
    }
  }
}
