/** The exact error bodies of each surface, to compare answers with. */
import { expect } from 'vitest';
import type { DialectName } from '../../adapters/http/dialects.ts';

const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
};

const novaNames: Record<number, string> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  406: 'computeFault',
  409: 'conflictingRequest',
  413: 'overLimit',
  415: 'badMediaType',
};

const neutronTypes: Record<number, RegExp> = {
  400: /^(HTTPBadRequest|BadRequest|InvalidInput|MalformedRequestBody)$/,
  403: /^PolicyNotAuthorized$/,
  404: /^(Port|Network|Tag|Extension|HTTP)NotFound$/,
  405: /^HTTPMethodNotAllowed$/,
};

/** A sentence, with the field that it must name if there is one. */
const sentence = (field?: string) =>
  field === undefined ? expect.stringMatching(/./) : expect.stringContaining(field);

const keystone = (code: number, field?: string) => ({
  error: { code, title: titles[code], message: sentence(field) },
});

const nova = (code: number, field?: string) => ({
  [novaNames[code] ?? '']: { code, message: sentence(field) },
});

/** By dialect: the error body with this status that names this field. */
export const refusals: Record<DialectName, (code: number, field?: string) => unknown> = {
  identity: keystone,
  doctor: keystone,
  compute: nova,
  'instance-ha': nova,
  // Neutron's sentences do not always name the field.
  network: (code) => ({
    NeutronError: {
      type: expect.stringMatching(neutronTypes[code] ?? /./),
      message: sentence(),
      detail: '',
    },
  }),
  alarming: (_, field) => ({
    error_message: { faultcode: 'Client', faultstring: sentence(field), debuginfo: null },
  }),
};
