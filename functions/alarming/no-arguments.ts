import * as z from 'zod';
import { DomainError } from '../../domain/errors.ts';

/** The query of a route that takes none: an argument is refused in Aodh's words. */
export const noArguments = z.record(z.string(), z.unknown()).transform((query) => {
  const [unknown] = Object.keys(query);
  if (unknown === undefined) return;
  throw new DomainError('invalid', `Unknown argument: "${unknown.slice(0, 100)}"`);
});
