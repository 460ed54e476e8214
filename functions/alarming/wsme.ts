/**
 * Refusals of a body in the words of Aodh's framework, and the readings of values that it shares
 * over all its fields. Source: WSME `wsme/exc.py`, `wsme/rest/json.py`.
 */
import * as z from 'zod';
import { DomainError } from '../../domain/errors.ts';

/** A text that fits and that can be stored: no half of a surrogate pair. */
export const text = (max: number) =>
  z
    .string('A string is expected.')
    .max(max, `Must be at most ${max} characters long.`)
    .refine((given) => given.isWellFormed(), 'Not a valid text.');

const yes = ['true', 'on', 'yes', 't', 'y', '1'];
const no = ['false', 'off', 'no', 'f', 'n', '0'];
const meanings = new Map<unknown, boolean>([
  ...[true, 1, ...yes].map((word): [unknown, boolean] => [word, true]),
  ...[false, 0, ...no].map((word): [unknown, boolean] => [word, false]),
]);

/** What a value says of yes or no; undefined if it is neither. Words count in lower case only. */
export const meaningOf = (value: unknown): boolean | undefined => meanings.get(value);

/** A boolean, or one of the words and numbers that mean one; absent or null is `otherwise`. */
export const flag = (otherwise: boolean) =>
  z
    .unknown()
    .refine((given) => given === undefined || given === null || meanings.has(given), {
      error: 'Value not an unambiguous boolean.',
    })
    .transform((given) => meaningOf(given) ?? otherwise)
    .optional()
    .transform((meaning) => meaning ?? otherwise);

/** A choice of words; the refusal lists them. */
export const oneOf = <const T extends readonly string[]>(words: T) =>
  z.enum(words, `Value should be one of: ${words.join(', ')}`);

/** The value as the schema reads it; else `invalid`, naming the field and what it held. */
export function readAs<T>(schema: z.ZodType<T>, value: unknown, argument = 'data'): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw new DomainError('invalid', complaint(result.error, argument));
}

/** The refusal of one value of a field, which it shows. */
export const refusedValue = (field: string, value: string, why: string): DomainError =>
  new DomainError(
    'invalid',
    `Invalid input for field/attribute ${field}. Value: '${value.slice(0, 100)}'. ${why}`,
  );

function complaint({ issues: [issue] }: z.ZodError, argument: string): string {
  if (!issue) return `Invalid input for field/attribute ${argument}.`;
  if (issue.code === 'unrecognized_keys') {
    const owner = [argument, ...issue.path].join('.');
    return `Unknown attribute for argument ${owner}: ${(issue.keys[0] ?? '').slice(0, 100)}`;
  }
  const field = [argument, ...issue.path].join('.').replace(/^data\./, '');
  const missing = issue.code === 'invalid_type' && issue.input === undefined;
  const why = missing ? 'Mandatory field missing.' : issue.message;
  return `Invalid input for field/attribute ${field}. Value: '${shown(issue.input)}'. ${why}`;
}

/** Never more of a value than a line, and never a walk through a nested one. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return 'None';
  if (Array.isArray(value)) return '[...]';
  if (typeof value === 'object') return '{...}';
  return String(value).slice(0, 100);
}
