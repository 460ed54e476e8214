/** What pages of other origins may do with the API in a browser: see the Fetch standard. */
import { DomainError } from '../../domain/errors.ts';
import type { ApiResponse, RawRequest } from './request.ts';

/** Origins such as `https://console.example` that may call; `*` for any; empty for none. */
export type AllowedOrigins = readonly string[];

/** The headers of requests that some route reads. */
const requestHeaders = [
  ...['Accept', 'Authorization', 'Content-Type', 'If-Match', 'X-Auth-Token', 'X-Subject-Token'],
  ...['OpenStack-API-Version', 'X-OpenStack-Nova-API-Version', 'X-OpenStack-Request-ID'],
].join(', ');

/** The headers of answers that a page may read, in addition to those that every page may read. */
const responseHeaders = [
  ...['Allow', 'Location', 'X-Subject-Token', 'WWW-Authenticate', 'x-openstack-request-id'],
  ...['x-compute-request-id', 'OpenStack-API-Version', 'X-OpenStack-Nova-API-Version'],
].join(', ');

/** How long a browser may keep the answer to a preflight. */
const maxAgeSeconds = 600;

type SentRequest = Pick<RawRequest, 'method' | 'headers'>;

/** Whether a browser asks which request it may send, before it sends it. */
export const isPreflight = ({ method, headers }: SentRequest): boolean =>
  method === 'OPTIONS' &&
  headers.origin !== undefined &&
  headers['access-control-request-method'] !== undefined;

/** The value of `Access-Control-Allow-Origin` for a request; undefined if its origin may not call. */
function allowedOrigin({ headers: { origin } }: SentRequest, allowed: AllowedOrigins) {
  if (allowed.includes('*')) return '*';
  return origin !== undefined && allowed.includes(origin) ? origin : undefined;
}

/**
 * The answer to a preflight, with the surface's methods.
 * @throws DomainError `forbidden`, which names the setting.
 */
export function preflight(
  request: SentRequest,
  allowed: AllowedOrigins,
  methods: Iterable<string>,
): ApiResponse {
  if (allowedOrigin(request, allowed) !== undefined) {
    return {
      status: 204,
      headers: {
        'Access-Control-Allow-Methods': [...methods].sort().join(', '),
        'Access-Control-Allow-Headers': requestHeaders,
        'Access-Control-Max-Age': String(maxAgeSeconds),
      },
    };
  }
  const origin = (request.headers.origin ?? '').slice(0, 200);
  throw new DomainError(
    'forbidden',
    allowed.length === 0
      ? 'No page of another origin may call this API: its setting corsAllowedOrigins is empty.'
      : `Pages of ${origin} may not call this API: its setting corsAllowedOrigins does not name them.`,
  );
}

/**
 * The headers that let a page read an answer; none if no origin is allowed. `vary` is the value of the
 * answer's own header `Vary`. Credentials that the browser adds itself are never allowed: a page sends
 * a token.
 */
export function originHeaders(
  request: SentRequest,
  allowed: AllowedOrigins,
  vary: string | undefined,
): Record<string, string> {
  if (allowed.length === 0) return {};
  const origin = allowedOrigin(request, allowed);
  return {
    ...(origin !== '*' && { Vary: vary ? `${vary}, Origin` : 'Origin' }),
    ...(origin !== undefined && {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Expose-Headers': responseHeaders,
    }),
  };
}
