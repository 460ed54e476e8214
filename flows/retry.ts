import { grownPause, spread } from '../domain/back-off.ts';
import { DomainError } from '../domain/errors.ts';

/** The first and the longest pause, in milliseconds: short, because a caller waits. */
const pauses = { first: 20, longest: 80 };

/**
 * Repeats an attempt to read, decide and write until it succeeds. The second attempt follows at once.
 * @param attempt returns undefined if another writer changed the row first.
 * @param most attempts.
 * @throws conflict after that many attempts.
 */
export async function untilWritten<T>(
  attempt: () => Promise<T | undefined>,
  most = 10,
): Promise<T> {
  for (let tries = 1; tries <= most; tries++) {
    const result = await attempt();
    if (result !== undefined) return result;
    const pause = tries === 1 ? 0 : spread(grownPause(tries - 1, pauses), Math.random());
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new DomainError('conflict', 'Too many changes of the same resource at once. Try again.');
}
