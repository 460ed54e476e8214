import type { Logger } from '@aws-lambda-powertools/logger';

/**
 * Logs an error that came after a change was durable, as a warning: the caller has succeeded. The safe
 * lane, the fault-finisher or the sweeper does the missing step later.
 */
export const interruptions =
  (logger: Logger) =>
  (step: string, error: unknown): void =>
    logger.warn('interrupted, to be mended', { step, error });
