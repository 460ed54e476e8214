/**
 * Schemas of values and refusals in the words of Aodh's framework. Source: WSME `wsme/exc.py`,
 * `wsme/rest/json.py`.
 */
import * as z from 'zod';
import { DomainError } from '../../domain/errors.ts';

/**
 * A text of at most `max` characters that DynamoDB can store: it refuses half of a surrogate pair.
 */
export const wsmeText = (max: number) =>
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

/** The boolean that a value means; undefined if it means none. Words must be in lower case. */
export const meaningOf = (value: unknown): boolean | undefined => meanings.get(value);

/** A boolean, or a word or number that means one. If absent or null, it is `otherwise`. */
export const wsmeFlag = (otherwise: boolean) =>
  z
    .unknown()
    .refine((given) => given === undefined || given === null || meanings.has(given), {
      error: 'Value not an unambiguous boolean.',
    })
    .transform((given) => meaningOf(given) ?? otherwise)
    .optional()
    .transform((meaning) => meaning ?? otherwise);

/** One of the words. The refusal lists them. */
export const wsmeChoice = <const T extends readonly string[]>(words: T) =>
  z.enum(words, `Value should be one of: ${words.join(', ')}`);

/**
 * The value, parsed by the schema.
 * @throws DomainError `invalid`, which names the field and shows its value.
 */
export function readAs<T>(schema: z.ZodType<T>, value: unknown, argument = 'data'): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  throw new DomainError('invalid', complaint(result.error, argument));
}

/**
 * The body, parsed by the schema. Refusals name a field by its own name only, as WSME does.
 * @throws DomainError `invalid`.
 */
export function readBody<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issues = result.error.issues.map((issue) => {
    const names = issue.path.filter((key) => typeof key === 'string');
    const path = issue.code === 'unrecognized_keys' ? ['body', ...names] : names.slice(-1);
    return { ...issue, path: path.length > 0 ? path : ['body'] };
  });
  throw new DomainError('invalid', complaint({ issues }));
}

/** The refusal of a value of a field. It shows the value. */
export const refusedValue = (field: string, value: string, why: string): DomainError =>
  new DomainError(
    'invalid',
    `Invalid input for field/attribute ${field}. Value: '${value.slice(0, 100)}'. ${why}`,
  );

function complaint({ issues: [issue] }: Pick<z.ZodError, 'issues'>, argument?: string): string {
  const path = [...(argument === undefined ? [] : [argument]), ...(issue?.path ?? [])].join('.');
  if (!issue) return `Invalid input for field/attribute ${path}.`;
  if (issue.code === 'unrecognized_keys') {
    return `Unknown attribute for argument ${path}: ${(issue.keys[0] ?? '').slice(0, 100)}`;
  }
  const field = path.replace(/^data\./, '');
  const absent = issue.code === 'invalid_type' || issue.code === 'invalid_value';
  const missing = absent && issue.input === undefined;
  const why = missing ? 'Mandatory field missing.' : issue.message;
  return `Invalid input for field/attribute ${field}. Value: '${shown(issue.input)}'. ${why}`;
}

/** A value as a refusal shows it: one line, and nothing of what is nested in it. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return 'None';
  if (Array.isArray(value)) return '[...]';
  if (typeof value === 'object') return '{...}';
  return String(value).slice(0, 100);
}
