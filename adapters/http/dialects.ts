/**
 * One refusal, told in the words of the API it was sent to. The domain knows codes only;
 * statuses and bodies are here.
 */
import type { ErrorCode } from '../../domain/errors.ts';

export type DialectName = 'identity' | 'compute' | 'alarming' | 'doctor';

/** A new code does not compile until it has a status. */
export const statusOf: Record<ErrorCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  not_authorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  conflict: 409,
  too_large: 413,
  unsupported_media_type: 415,
  internal: 500,
  not_implemented: 501,
  unavailable: 503,
};

const titles: Record<ErrorCode, string> = {
  invalid: 'Bad Request',
  unauthenticated: 'Unauthorized',
  not_authorized: 'Unauthorized',
  forbidden: 'Forbidden',
  not_found: 'Not Found',
  method_not_allowed: 'Method Not Allowed',
  not_acceptable: 'Not Acceptable',
  conflict: 'Conflict',
  too_large: 'Request Entity Too Large',
  unsupported_media_type: 'Unsupported Media Type',
  internal: 'Internal Server Error',
  not_implemented: 'Not Implemented',
  unavailable: 'Service Unavailable',
};

/** Nova's names; what is not listed is a `computeFault`. Source: nova `api/openstack/wsgi.py`, `Fault`. */
const computeNames: Partial<Record<ErrorCode, string>> = {
  invalid: 'badRequest',
  unauthenticated: 'unauthorized',
  forbidden: 'forbidden',
  not_found: 'itemNotFound',
  method_not_allowed: 'badMethod',
  conflict: 'conflictingRequest',
  too_large: 'overLimit',
  unsupported_media_type: 'badMediaType',
  not_implemented: 'notImplemented',
  unavailable: 'serviceUnavailable',
};

const keystone = (code: ErrorCode, message: string): unknown => ({
  error: { code: statusOf[code], title: titles[code], message },
});

const bodies: Record<DialectName, (code: ErrorCode, message: string) => unknown> = {
  identity: keystone,
  doctor: keystone,
  compute: (code, message) => ({
    [computeNames[code] ?? 'computeFault']: { code: statusOf[code], message },
  }),
  alarming: (code, message) => ({
    error_message: {
      faultcode: statusOf[code] < 500 ? 'Client' : 'Server',
      faultstring: message,
      debuginfo: null,
    },
  }),
};

/**
 * The body of a refusal. A 401 of the token check has Keystone's shape on every surface, as the
 * middleware in front of each OpenStack service gives it; Aodh's own 401s (`not_authorized`) are
 * not of that kind.
 */
export function errorBody(dialect: DialectName, code: ErrorCode, message: string): unknown {
  return code === 'unauthenticated' ? keystone(code, message) : bodies[dialect](code, message);
}
