import { match } from 'path-to-regexp';
import type * as z from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { type Role, requireRole } from '../../domain/identity/access.ts';
import type { Microversion } from './microversion.ts';
import type { Query } from './query.ts';
import { type ApiResponse, type AuthenticRequest, type RawRequest, readJson } from './request.ts';

/**
 * How a route reads its body or its query: a zod schema, whose refusals name the field in Nova's
 * words; or a function, which throws a `DomainError` in the words of its API.
 */
export type Reader<Input, Asked, Output> =
  | z.ZodType<Output>
  | ((input: Input, request: Asked) => Output);

/** What a handler of a route gets: everything is parsed. */
export type RouteRequest<Body, Args, Before = unknown> = Omit<AuthenticRequest, 'text'> & {
  /** What the route's `body` returns. */
  readonly body: Body;
  /** What the route's `query` returns. The property `query` keeps the raw values, for links. */
  readonly args: Args;
  /** What the route's `before` returns; undefined for a route without it. */
  readonly before: Before;
  /** The requested version on the surface that has microversions; 2.1 on the others. */
  readonly microversion: Microversion;
};

/**
 * A route. A request is refused in this order: text that is not JSON, `query`, `before`, `body`,
 * `roles`, `handle`.
 */
type Definition<Body, Args, Before> = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Pattern of path-to-regexp below the surface's prefix: `/v2.1/servers/:id`. */
  readonly path: string;
  /** The caller needs one of these roles. They are checked after body and query, as Nova does. */
  readonly roles?: readonly Role[];
  /** First and last microversion that has the route. For other versions it is a 404. */
  readonly versions?: { readonly from?: string; readonly to?: string };
  /** Whether monitors use it: `Authorization`, Basic and Bearer, is accepted beside `X-Auth-Token`. */
  readonly basic?: boolean;
  /** Reads the query, a map from each name to all its values; `ignored` if the route has none. */
  readonly query: Reader<Query, AuthenticRequest, Args>;
  /**
   * Reads the JSON of the body, undefined if no body was sent; `ignored` if the route has none,
   * `bodySent` if `handle` refuses one.
   */
  readonly body: Reader<unknown, AuthenticRequest, Body>;
  readonly handle: (request: RouteRequest<Body, Args, Before>) => Promise<ApiResponse>;
};

/** Checks what comes before the body. `json` is the body, not read yet. */
type Before<Checked> = (request: AuthenticRequest, json: unknown) => Checked | Promise<Checked>;

/** A route that hides the types of its body and query, so that one list holds all routes. */
export type Route = {
  readonly method: string;
  /** Pattern below the surface's prefix, as it was declared. */
  readonly path: string;
  /** The roles that the route declares; undefined if its handler decides who may use it. */
  readonly roles?: readonly Role[];
  readonly basic: boolean;
  readonly versions: { readonly from?: string; readonly to?: string };
  /** The path's parameters; false if the path does not match. */
  readonly match: (path: string) => Readonly<Record<string, string>> | false;
  readonly run: (request: AuthenticRequest, microversion: Microversion) => Promise<ApiResponse>;
};

/** Reads nothing: for a body or a query that a route does not have. A body may be of any form. */
export const ignored = (): undefined => undefined;

/** Whether a body was sent. It may be of any form: it is not read. */
export const bodySent = (_: unknown, { text }: Pick<RawRequest, 'text'>): boolean =>
  text !== undefined;

/** The readers of a body that do not need its JSON. */
const withoutJson = new Set<unknown>([ignored, bodySent]);

/** A route for callers with a token. Body and query are parsed before the roles are checked. */
export const route = <Body, Args>(definition: Definition<Body, Args, undefined>): Route =>
  makeRoute(definition, () => undefined);

/**
 * A route of an API that checks something before it looks at the body, such as a role, or that the
 * resource exists. The handler gets what `before` returns.
 */
export const guardedRoute = <Body, Args, Checked>({
  before,
  ...definition
}: { readonly before: Before<Checked> } & Definition<Body, Args, Checked>): Route =>
  makeRoute(definition, before);

function makeRoute<Body, Args, Checked>(
  definition: Definition<Body, Args, Checked>,
  before: Before<Checked>,
): Route {
  const { method, path, handle, roles, versions = {}, basic = false } = definition;
  return {
    method,
    path,
    ...(roles && { roles }),
    basic,
    versions,
    match: matcher(path),
    run: async (request, microversion) => {
      const json = withoutJson.has(definition.body) ? undefined : readJson(request);
      const args = read(definition.query, { input: request.query, request, where: 'query' });
      const checked = await before(request, json);
      const body = read(definition.body, { input: json, request, where: '' });
      if (roles) requireRole(request.caller, ...roles);
      return handle({ ...request, body, args, before: checked, microversion });
    },
  };
}

/** The input as a schema or a function reads it. */
function read<Input, Asked, Output>(
  reader: Reader<Input, Asked, Output>,
  { input, request, where }: { input: Input; request: Asked; where: string },
): Output {
  return typeof reader === 'function' ? reader(input, request) : parsed(reader, input, where);
}

/** A route that needs no token, such as a version document. */
export type PublicRoute = {
  readonly method: string;
  /** Pattern below the surface's prefix. */
  readonly path: string;
  readonly match: Route['match'];
  readonly run: (request: RawRequest) => Promise<ApiResponse>;
  /** True if the route only refuses its method: it is no part of the reference. */
  readonly refuses?: boolean;
};

/** What a handler of a public route gets: everything is parsed. */
export type PublicRequest<Body, Args> = Omit<RawRequest, 'text'> & {
  readonly body: Body;
  readonly args: Args;
};

type PublicDefinition<Body, Args> = {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly path: string;
  readonly query: Reader<Query, RawRequest, Args>;
  readonly body: Reader<unknown, RawRequest, Body>;
  readonly handle: (request: PublicRequest<Body, Args>) => Promise<ApiResponse> | ApiResponse;
};

/** A public route that reads neither body nor query. */
export const publicRoute = (
  definition: Omit<PublicDefinition<undefined, undefined>, 'body' | 'query'>,
): PublicRoute => parsedPublicRoute({ ...definition, query: ignored, body: ignored });

/** A public route with a body or a query. */
export function parsedPublicRoute<Body, Args>(
  definition: PublicDefinition<Body, Args>,
): PublicRoute {
  const { method, path, handle } = definition;
  return {
    method,
    path,
    match: matcher(path),
    run: async (request) => {
      const json = withoutJson.has(definition.body) ? undefined : readJson(request);
      const body = read(definition.body, { input: json, request, where: '' });
      const args = read(definition.query, { input: request.query, request, where: 'query' });
      return handle({ ...request, body, args });
    },
  };
}

function matcher(pattern: string): Route['match'] {
  const matches = match(pattern, { trailing: false, sensitive: true, decode: decodeSegment });
  return (path) => {
    const found = matches(path === '' ? '/' : path);
    if (!found) return false;
    return Object.fromEntries(
      Object.entries(found.params).flatMap(([name, value]) =>
        typeof value === 'string' ? [[name, value]] : [],
      ),
    );
  };
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new DomainError('invalid', `The path has a malformed escape: ${segment.slice(0, 100)}`);
  }
}

/**
 * The value, parsed by the schema.
 * @param where the name that goes before the field's in a refusal, such as `query`.
 * @throws DomainError `invalid`, which names the field.
 */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, where = ''): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new DomainError('invalid', describeIssue(result.error, where));
  return result.data;
}

/** The first issue of a schema as one sentence, with the path of its field. */
export function describeIssue(error: z.ZodError, where = ''): string {
  const issue = error.issues[0];
  if (!issue) return 'Invalid input.';
  const path = [...(where ? [where] : []), ...issue.path].join('.').slice(0, 200);
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.map((key) => [...(path ? [path] : []), key.slice(0, 100)].join('.'));
    return `Unknown attribute: ${keys.slice(0, 5).join(', ')}`;
  }
  return path
    ? `Invalid input for field/attribute ${path}. ${issue.message}`
    : `Invalid input. ${issue.message}`;
}
