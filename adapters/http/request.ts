import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Caller } from '../../domain/access.ts';
import { DomainError } from '../../domain/errors.ts';

/** A request as it came in, before anything in it is believed. */
export type RawRequest = {
  readonly method: string;
  /** The path below the surface's prefix: `/v2.1/servers`; empty or `/` for the surface itself. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  /** Every value of every query key, in order. */
  readonly query: Readonly<Record<string, readonly string[]>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where no body was sent. */
  readonly text: string | undefined;
  /** Where it was sent from, as API Gateway saw it. */
  readonly address: string;
  /** `req-<uuid4>`, given back in the response and written into logs and rows. */
  readonly request_id: string;
  /** Absolute public URL of the whole API, without a slash at the end, stage included. */
  readonly root: string;
  /** Absolute public URL of the surface: `{root}/compute`. */
  readonly base: string;
};

/** A request of somebody we know. */
export type AuthenticRequest = RawRequest & { readonly caller: Caller };

/** What a route answers; `body` is sent as JSON and left out if undefined. */
export type ApiResponse = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Where the API is seen from outside: the configured URL, else what API Gateway says of itself. */
function rootOf(event: APIGatewayProxyEvent, publicUrl: string): string {
  if (publicUrl) return publicUrl.replace(/\/+$/, '');
  const { domainName = 'localhost', path } = event.requestContext;
  const stage = path.endsWith(event.path) ? path.slice(0, -event.path.length) : '';
  return `https://${domainName}${stage}`.replace(/\/+$/, '');
}

/** The request inside a proxy event of API Gateway (REST, payload 1.0). */
export function readRequest(
  event: APIGatewayProxyEvent,
  prefix: string,
  publicUrl: string,
  request_id: string,
): RawRequest {
  const root = rootOf(event, publicUrl);
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
  const path = event.path.startsWith(prefix) ? event.path.slice(prefix.length) : event.path;
  const base = `${root}${prefix}`;
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
    base,
  };
}

/** The JSON in a body; 415 if it is not said to be JSON, 400 if it is not. Undefined without a body. */
export function readJson({ text, headers }: RawRequest): unknown {
  if (text === undefined) return undefined;
  const type = headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new DomainError('unsupported_media_type', `Unknown mimetype: ${type.slice(0, 100)}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new DomainError('invalid', 'The request body is not valid JSON.');
  }
}
