/**
 * Neutron's way to read values, and to refuse them: docs/wire/network.md#errors. Its names for refusals
 * are in `adapters/http/dialects.ts`.
 */
import { DomainError, Refusal } from '../../domain/errors.ts';
import { shortened } from '../../domain/text.ts';

export const badRequest = (message: string): DomainError => new DomainError('invalid', message);

/** A value that its attribute cannot have; `reason` is without a full stop. */
export const badValue = (attribute: string, reason: string): DomainError =>
  badRequest(`Invalid input for ${attribute}. Reason: ${reason}.`);

/** A value as Python prints it, cut. */
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

/** A boolean in any of the forms that Neutron takes; null is none. Throws `InvalidInput`. */
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

/** Of what stands in a query or a header, not in a body. */
export const badArgument = (message: string): Refusal => new Refusal('bad_argument', message);
