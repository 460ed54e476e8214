import * as z from 'zod';
import { onlyArguments } from './list-request.ts';

/**
 * The query of a route without arguments.
 * @throws DomainError `invalid`, in Aodh's words, for any argument.
 */
export const noArguments = z
  .record(z.string(), z.unknown())
  .transform((query) => onlyArguments(Object.keys(query), []));
