/**
 * Which bodies each API reads as JSON. Other types are refused in the words of the API.
 * Sources: docs/wire/identity.md#login, docs/wire/compute.md#rules-of-every-route,
 * docs/wire/network.md#one-port, docs/wire/alarming.md#conventions.
 */
import { DomainError } from '../../domain/errors.ts';
import type { DialectName } from './dialects.ts';

const unsupported = (message: string): DomainError =>
  new DomainError('unsupported_media_type', message);

/** The refusal of Aodh's framework, which names the type. */
const unknownType = (type: string): DomainError =>
  unsupported(`Unknown mimetype: ${type.slice(0, 100)}`);

/** An API's refusal of a type, undefined if it reads it. `type` is in lower case, without parameters. */
type Rule = (type: string, given: string) => DomainError | undefined;

const json = 'application/json';
const isJson = (type: string): boolean => type === json || /^application\/.+\+json$/.test(type);

const rules: Record<DialectName, Rule> = {
  identity: (type) =>
    type === '' || isJson(type)
      ? undefined
      : new DomainError(
          'invalid',
          'Expecting to find application/json in Content-Type header. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.',
        ),
  compute: (type, given) =>
    ['', 'text/plain', json, 'application/vnd.openstack.compute+json'].includes(type)
      ? undefined
      : unsupported(`Unsupported Content-Type: ${given.slice(0, 100)}`),
  'instance-ha': (type, given) =>
    type === '' || isJson(type)
      ? undefined
      : unsupported(`Unsupported Content-Type: ${given.slice(0, 100)}`),
  network: () => undefined,
  alarming: (type, given) => (type === json ? undefined : unknownType(given)),
  doctor: (type, given) => (type === '' || isJson(type) ? undefined : unknownType(given)),
};

const plainType = (contentType: string): string =>
  (contentType.split(';')[0] ?? '').trim().toLowerCase();

/**
 * Checks that `Content-Type` says JSON, for a request with a password that a browser may have added. A
 * browser adds it for a page of any origin. With the type JSON it first asks whether the page may call
 * (Fetch, CORS).
 * @throws DomainError `unsupported_media_type`.
 */
export function requireDeclared(contentType: string): void {
  if (!isJson(plainType(contentType))) throw unknownType(contentType);
}

/**
 * Checks that the API reads this `Content-Type`; empty if none was sent.
 * @throws DomainError `unsupported_media_type` or `invalid`, in the words of the API.
 */
export function requireReadable(dialect: DialectName, contentType: string): void {
  const refusal = rules[dialect](plainType(contentType), contentType);
  if (refusal) throw refusal;
}
