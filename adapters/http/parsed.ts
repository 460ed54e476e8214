/** Parses a value by a schema, and says in one sentence what is wrong with it. */

import type * as z from 'zod';
import { DomainError } from '../../domain/errors.ts';

/**
 * The value, parsed by the schema.
 * @param where the name that goes before the field's in a refusal, such as `query`.
 * @throws DomainError `invalid`, which names the field.
 */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, where = ''): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new DomainError('invalid', describeIssue(result.error, where));
  return result.data;
}

/** The first issue of a schema as one sentence, with the path of its field. */
export function describeIssue(error: z.ZodError, where = ''): string {
  const issue = error.issues[0];
  if (!issue) return 'Invalid input.';
  const path = [...(where ? [where] : []), ...issue.path].join('.').slice(0, 200);
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => [...(path ? [path] : []), key.slice(0, 100)].join('.'));
    return `Unknown attribute: ${keys.slice(0, 5).join(', ')}`;
  }
  return path
    ? `Invalid input for field/attribute ${path}. ${issue.message}`
    : `Invalid input. ${issue.message}`;
}
