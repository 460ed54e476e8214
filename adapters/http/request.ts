import type { APIGatewayProxyEvent } from 'aws-lambda';
import { DomainError } from '../../domain/errors.ts';
import type { Caller } from '../../domain/identity/access.ts';
import type { DialectName } from './dialects.ts';
import { gatewayPlaceOf } from './gateway-path.ts';
import { requireDeclared, requireReadable } from './media-type.ts';
import type { Query } from './query.ts';

/** A request as it was sent; nothing in it is checked yet. */
export type RawRequest = {
  readonly method: string;
  /** The path below the surface's prefix: `/v2.1/servers`; empty for the surface itself. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where no body was sent. */
  readonly text: string | undefined;
  /** The IP address of the sender, as API Gateway saw it. */
  readonly address: string;
  /** `req-<uuid4>`, given back in the response and written into logs and rows. */
  readonly request_id: string;
  /** Absolute public URL of the whole API, without a slash at the end, stage included. */
  readonly root: string;
  /** Absolute public URL of the surface: `{root}/compute`. */
  readonly base: string;
  /** The API that was called; it decides which bodies a request may have. */
  readonly dialect: DialectName;
};

/** A request whose token was checked. */
export type AuthenticRequest = RawRequest & { readonly caller: Caller };

/** The answer of a route; `body` is sent as JSON, and left out if undefined. */
export type ApiResponse = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** The place of a surface, the same for all its requests. */
export type Whereabouts = {
  readonly dialect: DialectName;
  /** Path below the API's root: `/compute`. */
  readonly prefix: string;
  /** Public URL of the API, empty to take it from each request. */
  readonly publicUrl: string;
};

/** The request inside a proxy event of API Gateway (REST, payload 1.0). */
export function readRequest(
  event: APIGatewayProxyEvent,
  { dialect, prefix, publicUrl }: Whereabouts,
  request_id: string,
): RawRequest {
  const { path: whole, root } = gatewayPlaceOf(event, publicUrl);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.headers ?? {})) {
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  // Of a header that is sent more than once `headers` has the last value alone.
  for (const [name, values = []] of Object.entries(event.multiValueHeaders ?? {})) {
    if (values.length > 1) headers[name.toLowerCase()] = values.join(', ');
  }
  // Not by assignment: a key may be called __proto__.
  const query = Object.fromEntries(
    Object.entries(event.multiValueQueryStringParameters ?? {}).map(([name, values]) => [
      name,
      values ?? [],
    ]),
  );
  const text = event.isBase64Encoded
    ? Buffer.from(event.body ?? '', 'base64').toString('utf8')
    : (event.body ?? undefined);
  const path = whole.startsWith(prefix) ? whole.slice(prefix.length) : whole;
  return {
    method: event.httpMethod,
    path,
    params: {},
    query,
    headers,
    text: text === '' ? undefined : text,
    address: event.requestContext.identity.sourceIp,
    request_id,
    root,
    base: `${root}${prefix}`,
    dialect,
  };
}

/**
 * The JSON in a body; undefined without a body.
 * @throws DomainError `invalid` if it is not JSON; the API's refusal of a type that it does not read.
 */
export function readJson({ text, headers, dialect }: RawRequest): unknown {
  if (text === undefined) return undefined;
  const type = headers['content-type'] ?? '';
  requireReadable(dialect, type);
  const token = headers['x-auth-token'];
  if (!token && /^\s*basic\b/i.test(headers.authorization ?? '')) requireDeclared(type);
  try {
    return JSON.parse(text);
  } catch {
    throw new DomainError('invalid', 'The request body is not valid JSON.');
  }
}
