import { DomainError } from '../domain/errors.ts';

/** The longest pause in milliseconds, times the attempts so far. It is random, so that writers of one row separate. */
const pauseMs = 20;

/**
 * Repeats an attempt to read, decide and write until it succeeds.
 * @param attempt returns undefined if another writer changed the row first.
 * @param most attempts.
 * @throws conflict after that many attempts.
 */
export async function untilWritten<T>(
  attempt: () => Promise<T | undefined>,
  most = 10,
): Promise<T> {
  for (let tries = 0; tries < most; tries++) {
    const result = await attempt();
    if (result !== undefined) return result;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * pauseMs * tries));
  }
  throw new DomainError('conflict', 'Too many changes of the same resource at once. Try again.');
}
