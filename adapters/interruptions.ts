import type { Logger } from '@aws-lambda-powertools/logger';

/**
 * Notes what went wrong after a change was durable. The safe lane, the fault-finisher or the
 * sweeper mends it: a warning for operators, not an error of the caller's.
 */
export const interruptions =
  (logger: Logger) =>
  (step: string, error: unknown): void =>
    logger.warn('interrupted, to be mended', { step, error });
