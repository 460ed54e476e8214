/** Answers of requests whose senders give up, and send again, after some seconds. */
import { DomainError } from '../../domain/errors.ts';
import { endCalls } from '../permit.ts';

/** A refusal after which the sender sends the same again. */
export const unavailable = (message: string): DomainError =>
  new DomainError('unavailable', message, { 'Retry-After': '1' });

/**
 * What the work of a request returns. If it takes too long, it makes no further call: what it has
 * written stays, as if its process had died.
 * @param ms undefined: it may take its time. @throws DomainError `unavailable` after so many milliseconds.
 */
export async function inTime<T>(work: Promise<T>, ms: number | undefined): Promise<T> {
  if (ms === undefined) return work;
  // Its error is no answer any more.
  work.catch(() => {});
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const reason = unavailable(
      'The request took too long. Send it again: what was stored is not done twice.',
    );
    endCalls(reason);
    reject(reason);
  }, ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
