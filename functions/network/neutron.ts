/**
 * Neutron's way to read values, and to refuse them: docs/wire/network.md#errors. Its names for refusals
 * are in `adapters/http/dialects.ts`.
 */
import { DomainError, Refusal } from '../../domain/errors.ts';
import { shortened } from '../../domain/text.ts';

/** A 400 with this message. */
export const badRequest = (message: string): DomainError => new DomainError('invalid', message);

/** The refusal of a value of an attribute. `reason` has no full stop. */
export const badValue = (attribute: string, reason: string): DomainError =>
  badRequest(`Invalid input for ${attribute}. Reason: ${reason}.`);

/** A value as Python prints it, shortened. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : literal(value);
  return shortened(text);
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  try {
    return JSON.stringify(value);
  } catch {
    return '(nested too deeply to be shown)';
  }
}

const truths = new Set(['1', 't', 'true', 'on', 'y', 'yes']);
const falsehoods = new Set(['0', 'f', 'false', 'off', 'n', 'no']);

/** A boolean in any of the forms that Neutron accepts; null is not one. @throws InvalidInput */
export function truthOf(value: unknown): boolean {
  const plain = typeof value === 'string' || typeof value === 'number';
  const word = plain ? String(value).trim().toLowerCase() : value;
  if (word === true || (typeof word === 'string' && truths.has(word))) return true;
  if (word === false || (typeof word === 'string' && falsehoods.has(word))) return false;
  throw new Refusal(
    'unreadable_value',
    `Invalid input for operation: '${shown(value)}' cannot be converted to boolean.`,
  );
}

/** The refusal of a value in a query or a header. */
export const badArgument = (message: string): Refusal => new Refusal('bad_argument', message);
