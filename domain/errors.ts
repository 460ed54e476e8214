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
