import { expect, test } from 'vitest';
import { errorBody, statusOf } from '../../../adapters/http/dialects.ts';
import type { ErrorCode } from '../../../domain/errors.ts';

const codes: Record<ErrorCode, [number, string]> = {
  invalid: [400, 'badRequest'],
  unauthenticated: [401, 'error'],
  not_authorized: [401, 'computeFault'],
  forbidden: [403, 'forbidden'],
  not_found: [404, 'itemNotFound'],
  method_not_allowed: [405, 'badMethod'],
  not_acceptable: [406, 'computeFault'],
  conflict: [409, 'conflictingRequest'],
  precondition_failed: [412, 'computeFault'],
  too_large: [413, 'overLimit'],
  unsupported_media_type: [415, 'badMediaType'],
  too_many_requests: [429, 'overLimit'],
  internal: [500, 'computeFault'],
  not_implemented: [501, 'notImplemented'],
  unavailable: [503, 'serviceUnavailable'],
};
const all = Object.keys(codes).filter((code): code is ErrorCode => code in codes);

/** Nova's names of errors: docs/wire/compute.md#errors. */
test.each(all)('%s in Nova’s words', (code) => {
  const [status, name] = codes[code];
  expect(statusOf[code]).toBe(status);
  expect(errorBody('compute', code, 'm')).toMatchObject({ [name]: { code: status, message: 'm' } });
});

/** It is always an object, because aodhclient crashes otherwise: docs/wire/alarming.md#errors. */
test.each(all.filter((code) => code !== 'unauthenticated'))('%s in Aodh’s words', (code) => {
  expect(errorBody('alarming', code, 'm')).toEqual({
    error_message: {
      faultcode: statusOf[code] < 500 ? 'Client' : 'Server',
      faultstring: 'm',
      debuginfo: null,
    },
  });
});

/** Clients map `type` to their exceptions: docs/wire/network.md#errors. */
test.each([
  ['invalid', 'HTTPBadRequest', 'm'],
  ['forbidden', 'PolicyNotAuthorized', 'm'],
  ['not_found', 'HTTPNotFound', 'm'],
  ['method_not_allowed', 'HTTPMethodNotAllowed', 'm'],
  [
    'internal',
    'HTTPInternalServerError',
    'Request Failed: internal server error while processing your request.',
  ],
] as const)('%s in Neutron’s words', (code, type, message) => {
  expect(errorBody('network', code, 'm')).toEqual({ NeutronError: { type, message, detail: '' } });
});

test('an error that has a name in Neutron keeps it', () => {
  expect(errorBody('network', 'not_found', 'm', 'port_not_found')).toMatchObject({
    NeutronError: { type: 'PortNotFound' },
  });
});

test.each(['identity', 'compute', 'network', 'alarming', 'doctor'] as const)(
  'on %s a token that is missing is refused in Keystone’s words',
  (dialect) => {
    expect(errorBody(dialect, 'unauthenticated', 'm')).toEqual({
      error: { code: 401, title: 'Unauthorized', message: 'm' },
    });
  },
);
