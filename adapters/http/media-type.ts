/**
 * Which bodies each API reads as JSON. A type that a service refuses is refused in its words.
 * Sources: docs/wire/identity.md#login, docs/wire/compute.md#rules-of-every-route,
 * docs/wire/network.md#one-port, docs/wire/alarming.md#conventions.
 */
import { DomainError } from '../../domain/errors.ts';
import type { DialectName } from './dialects.ts';

const unsupported = (message: string): DomainError =>
  new DomainError('unsupported_media_type', message);

/** Aodh's framework names the type that it does not know. */
const unknownType = (type: string): DomainError =>
  unsupported(`Unknown mimetype: ${type.slice(0, 100)}`);

/** Refuses a type in the way of one API; `type` is in lower case, without parameters. */
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
  network: () => undefined,
  alarming: (type, given) => (type === json ? undefined : unknownType(given)),
  doctor: (type, given) => (type === '' || isJson(type) ? undefined : unknownType(given)),
};

const plainType = (contentType: string): string =>
  (contentType.split(';')[0] ?? '').trim().toLowerCase();

/**
 * Refuses a body that is not said to be JSON, from a caller whose browser may have sent its password
 * along: it does so for a page of any origin, unless the type makes it ask before (Fetch, CORS).
 */
export function requireDeclared(contentType: string): void {
  if (!isJson(plainType(contentType))) throw unknownType(contentType);
}

/** Refuses a body whose `Content-Type`, empty where none was sent, the API does not read. */
export function requireReadable(dialect: DialectName, contentType: string): void {
  const refusal = rules[dialect](plainType(contentType), contentType);
  if (refusal) throw refusal;
}
