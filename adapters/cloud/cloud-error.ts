/** Why a request to the OpenStack cloud did not succeed. */

export type CloudErrorKind =
  /** There was no connection, or no answer in time. */
  | 'unreachable'
  /** The service answered with 429 or 5xx, at the last attempt too. */
  | 'failed'
  /** 401: the login was refused, or the service refused a new token. */
  | 'unauthorized'
  /** 403. */
  | 'refused'
  /** 404. */
  | 'not_found'
  /** 409 or 412. */
  | 'conflict'
  /** Another 4xx. */
  | 'invalid'
  /** The answer is a redirect, or not what the API promises. */
  | 'unreadable';

/** The message is for operators: it may name hosts of the cloud, so no tenant sees it. */
export class CloudError extends Error {
  readonly kind: CloudErrorKind;
  /** The HTTP status of the answer; absent if there was none. */
  readonly status: number | undefined;
  /** Whether the request may have been carried out although it did not succeed. */
  readonly uncertain: boolean;
  /** How long the service asks to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: CloudErrorKind, message: string, facts: CloudErrorFacts = {}) {
    super(message);
    this.name = 'CloudError';
    this.kind = kind;
    this.status = facts.status;
    this.uncertain = facts.uncertain ?? false;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** What is known of a failed request besides its kind; by default nothing. */
export type CloudErrorFacts = {
  readonly status?: number | undefined;
  readonly uncertain?: boolean;
  readonly retryAfterMs?: number | undefined;
};

/** The kind of a refusal with a status of 300 or more. */
export function kindOf(status: number): CloudErrorKind {
  if (status < 400) return 'unreadable';
  if (status >= 500 || status === 429) return 'failed';
  const kinds: Readonly<Record<number, CloudErrorKind>> = {
    401: 'unauthorized',
    403: 'refused',
    404: 'not_found',
    409: 'conflict',
    412: 'conflict',
  };
  return kinds[status] ?? 'invalid';
}
