/**
 * One refusal in the words of the API that was called. The domain knows codes only; statuses and
 * bodies are here. Sources: #errors in docs/wire/{identity,compute,network,alarming}.md.
 */
import type { ErrorCode, Reason } from '../../domain/errors.ts';

export type DialectName =
  | 'identity'
  | 'compute'
  | 'network'
  | 'alarming'
  | 'doctor'
  | 'instance-ha';

/** The HTTP status of each code. A new code does not compile until it has a status. */
export const statusOf: Record<ErrorCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  not_authorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported_media_type: 415,
  too_many_requests: 429,
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
  precondition_failed: 'Precondition Failed',
  too_large: 'Request Entity Too Large',
  unsupported_media_type: 'Unsupported Media Type',
  too_many_requests: 'Too Many Requests',
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
  too_many_requests: 'overLimit',
  not_implemented: 'notImplemented',
  unavailable: 'serviceUnavailable',
};

const keystone = (code: ErrorCode, message: string): unknown => ({
  error: { code: statusOf[code], title: titles[code], message },
});

/** Nova's form, which Masakari has too. Source: masakari `api/openstack/wsgi.py`, `Fault`. */
const nova = (code: ErrorCode, message: string): unknown => ({
  [computeNames[code] ?? 'computeFault']: { code: statusOf[code], message },
});

/** Neutron's names, from webob. A code that is not listed is a 500. */
const networkTypes: Partial<Record<ErrorCode, string>> = {
  invalid: 'HTTPBadRequest',
  forbidden: 'PolicyNotAuthorized',
  not_found: 'HTTPNotFound',
  method_not_allowed: 'HTTPMethodNotAllowed',
  not_acceptable: 'HTTPNotAcceptable',
  conflict: 'HTTPConflict',
  precondition_failed: 'HTTPPreconditionFailed',
  too_large: 'HTTPRequestEntityTooLarge',
  unsupported_media_type: 'HTTPUnsupportedMediaType',
  too_many_requests: 'HTTPTooManyRequests',
  not_implemented: 'HTTPNotImplemented',
  unavailable: 'HTTPServiceUnavailable',
};

/** Neutron's names for refusals of a known reason. Source: neutron-lib `exceptions/__init__.py`. */
const networkReasons: Record<Reason, string> = {
  port_not_found: 'PortNotFound',
  network_not_found: 'NetworkNotFound',
  tag_not_found: 'TagNotFound',
  extension_not_found: 'ExtensionNotFound',
  port_id_in_use: 'PortIdInUse',
  network_id_in_use: 'NetworkIdInUse',
  network_in_use: 'NetworkInUse',
  mac_address_in_use: 'MacAddressInUse',
  revision_mismatch: 'RevisionNumberConstraintFailed',
  unreadable_value: 'InvalidInput',
  bad_argument: 'BadRequest',
};

const internalError = 'Request Failed: internal server error while processing your request.';

type Body = (code: ErrorCode, message: string, reason?: Reason) => unknown;

const bodies: Record<DialectName, Body> = {
  identity: keystone,
  doctor: keystone,
  compute: nova,
  'instance-ha': nova,
  network: (code, message, reason) => ({
    NeutronError: {
      type: (reason && networkReasons[reason]) ?? networkTypes[code] ?? 'HTTPInternalServerError',
      message: code === 'internal' ? internalError : message,
      detail: '',
    },
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
 * The body of a refusal. A 401 of the token check has Keystone's form on every surface, because
 * OpenStack checks tokens in a middleware in front of each service. Aodh's own 401
 * (`not_authorized`) has Aodh's form.
 */
export function errorBody(
  dialect: DialectName,
  code: ErrorCode,
  message: string,
  reason?: Reason,
): unknown {
  if (code === 'unauthenticated') return keystone(code, message);
  return bodies[dialect](code, message, reason);
}
