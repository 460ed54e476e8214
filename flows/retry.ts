import { DomainError } from '../domain/errors.ts';

/** Rivals of one row step aside for up to this long, times the losses so far. */
const pauseMs = 20;

/**
 * Reads, decides and writes again while somebody else was faster; `attempt` gives undefined then.
 * Refuses with 409 after so many losses in a row.
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
