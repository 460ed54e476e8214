/** The kinds of refusal. `adapters/http/` maps each to an HTTP status. */
export type ErrorCode =
  | 'invalid'
  | 'unauthenticated'
  /**
   * Aodh's 401 for a caller who names another project or user. Its body differs from
   * `unauthenticated`.
   */
  | 'not_authorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'conflict'
  | 'precondition_failed'
  | 'too_large'
  | 'unsupported_media_type'
  | 'too_many_requests'
  | 'internal'
  | 'not_implemented'
  | 'unavailable';

/**
 * A refusal. The caller reads its message, so the message says what was wrong and nothing about
 * internals.
 */
export class DomainError extends Error {
  readonly code: ErrorCode;
  /** Response headers of the refusal, such as `Allow` of a 405; mostly empty. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'DomainError';
    this.code = code;
    this.headers = headers;
  }
}

/**
 * The refusal of a resource that there is not.
 * @param kind as the sentence begins: `Compute host`.
 * @param name its name or id, as the caller wrote it; what is longer than 255 characters is cut.
 */
export const noSuch = (kind: string, name: string | number): DomainError =>
  new DomainError('not_found', `${kind} ${String(name).slice(0, 255)} could not be found.`);

/** Reasons for which an API has a name of its own (Neutron: `PortNotFound`), each with its code. */
const reasons = {
  port_not_found: 'not_found',
  network_not_found: 'not_found',
  tag_not_found: 'not_found',
  extension_not_found: 'not_found',
  port_id_in_use: 'conflict',
  network_id_in_use: 'conflict',
  network_in_use: 'conflict',
  mac_address_in_use: 'conflict',
  revision_mismatch: 'precondition_failed',
  unreadable_value: 'invalid',
  bad_argument: 'invalid',
} as const satisfies Record<string, ErrorCode>;
/** The reason of a refusal. */
export type Reason = keyof typeof reasons;

/** A refusal with a reason. The surface maps the reason to the name that its API gives it. */
export class Refusal extends DomainError {
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(reasons[reason], message);
    this.name = 'Refusal';
    this.reason = reason;
  }
}
