/** Every way in which Doctor refuses; `adapters/http/` gives each its HTTP status. */
export type ErrorCode =
  | 'invalid'
  | 'unauthenticated'
  /** Aodh's 401 for naming a foreign project or user; unlike `unauthenticated` in its body. */
  | 'not_authorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'conflict'
  | 'precondition_failed'
  | 'too_large'
  | 'unsupported_media_type'
  | 'internal'
  | 'not_implemented'
  | 'unavailable';

/** A refusal that its caller may read: the message names what was wrong and nothing of our insides. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  /** Response headers that belong to the refusal, such as `Allow` of a 405. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'DomainError';
    this.code = code;
    this.headers = headers;
  }
}

/** What some refusals are about, each with its code. An API may have a name of its own for one. */
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
export type Reason = keyof typeof reasons;

/** A refusal for a reason that the dialect of an API may name. */
export class Refusal extends DomainError {
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(reasons[reason], message);
    this.name = 'Refusal';
    this.reason = reason;
  }
}
