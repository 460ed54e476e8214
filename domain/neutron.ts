/**
 * Neutron's way to refuse, and to read values. A refusal carries a `type` beside its status, which
 * clients map to exceptions of their own. Source: docs/wire/network.md#errors.
 */
import { DomainError, type ErrorCode } from './errors.ts';

/** A refusal with Neutron's name for it, such as `PortNotFound`. */
export class NeutronRefusal extends DomainError {
  readonly type: string;

  constructor(code: ErrorCode, type: string, message: string) {
    super(code, message);
    this.name = 'NeutronRefusal';
    this.type = type;
  }
}

export const badRequest = (message: string): NeutronRefusal =>
  new NeutronRefusal('invalid', 'HTTPBadRequest', message);

/** A value that its attribute cannot have; `reason` is without a full stop. */
export const badValue = (attribute: string, reason: string): NeutronRefusal =>
  badRequest(`Invalid input for ${attribute}. Reason: ${reason}.`);

/** Unknown, or nobody that the caller may know of. */
export const notFound = (kind: 'Port' | 'Network', id: string): NeutronRefusal =>
  new NeutronRefusal('not_found', `${kind}NotFound`, `${kind} ${shown(id)} could not be found.`);

/** `rule` as Neutron writes it: `rule:update_port`, or a pair of rules in brackets. */
export const disallowed = (rule: string): NeutronRefusal =>
  new NeutronRefusal('forbidden', 'PolicyNotAuthorized', `${rule} is disallowed by policy`);

/** Longer values are cut where a refusal shows them, in characters. */
const longestShown = 300;

/** A value as Python prints it, cut. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : literal(value);
  return text.length <= longestShown ? text : `${text.slice(0, longestShown)}...`;
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
  throw new NeutronRefusal(
    'invalid',
    'InvalidInput',
    `Invalid input for operation: '${shown(value)}' cannot be converted to boolean.`,
  );
}

/** Of what stands in a query or a header, not in a body. */
export const badArgument = (message: string): NeutronRefusal =>
  new NeutronRefusal('invalid', 'BadRequest', message);
