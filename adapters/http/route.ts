import { match } from 'path-to-regexp';
import * as z from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { type Role, requireRole } from '../../domain/identity/access.ts';
import type { Microversion } from './microversion.ts';
import { type ApiResponse, type AuthenticRequest, type RawRequest, readJson } from './request.ts';

/** What a handler of a route gets: everything parsed. */
export type RouteRequest<Body, Query> = AuthenticRequest & {
  readonly body: Body;
  /** The query as its schema reads it; `query` keeps the raw values. */
  readonly args: Query;
  /** The version asked for, on the surface that has microversions; 2.1 elsewhere. */
  readonly microversion: Microversion;
};

type Definition<Body, Query> = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Pattern of path-to-regexp below the surface's prefix: `/v2.1/servers/:id`. */
  readonly path: string;
  /** Roles of which a caller needs one; checked after the schemas, as Nova does. */
  readonly roles?: readonly Role[];
  /** First and last microversion that has the route; outside of them it is a 404. */
  readonly versions?: { readonly from?: string; readonly to?: string };
  /** Whether monitors use it: `Authorization`, Basic and Bearer, is accepted beside `X-Auth-Token`. */
  readonly basic?: boolean;
  /** Schema of the query as a map from name to all its values; `ignored` where none is read. */
  readonly query: z.ZodType<Query>;
  /** Schema of the JSON body; `ignored` where none is read. */
  readonly body: z.ZodType<Body>;
  readonly handle: (request: RouteRequest<Body, Query>) => Promise<ApiResponse>;
};

/** A route whose schemas are closed over, so that routes of all shapes stand in one list. */
export type Route = {
  readonly method: string;
  /** Pattern below the surface's prefix, as it was declared. */
  readonly path: string;
  /** The roles that the route declares; undefined if its handler decides who may use it. */
  readonly roles?: readonly Role[];
  readonly basic: boolean;
  readonly versions: { readonly from?: string; readonly to?: string };
  /** The path's parameters, or false where the path is another's. */
  readonly match: (path: string) => Readonly<Record<string, string>> | false;
  readonly run: (request: AuthenticRequest, microversion: Microversion) => Promise<ApiResponse>;
};

/** The schema of a body or query that is not looked at. */
export const ignored = z.unknown().transform(() => undefined);

/** A route for those with a token. Body and query are parsed before the policy is asked. */
export function route<Body, Query>(definition: Definition<Body, Query>): Route {
  const { method, path, handle, roles, versions = {}, basic = false } = definition;
  return {
    method,
    path,
    ...(roles && { roles }),
    basic,
    versions,
    match: matcher(path),
    run: async (request, microversion) => {
      const takesBody: z.ZodType = definition.body;
      const json = takesBody === ignored ? undefined : readJson(request);
      const body = parsed(definition.body, json, '');
      const args = parsed(definition.query, request.query, 'query');
      if (roles) requireRole(request.caller, ...roles);
      return handle({ ...request, body, args, microversion });
    },
  };
}

/** A route that needs no token, such as a version document. */
export type PublicRoute = {
  readonly method: string;
  /** Pattern below the surface's prefix. */
  readonly path: string;
  readonly match: Route['match'];
  readonly handle: (request: RawRequest) => Promise<ApiResponse> | ApiResponse;
};

/** A public route; its handler parses what it takes. */
export function publicRoute(definition: {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly path: string;
  readonly handle: PublicRoute['handle'];
}): PublicRoute {
  return { ...definition, match: matcher(definition.path) };
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

/** The value as the schema reads it; a refusal is a 400 that names the field. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, where = ''): T {
  const result = schema.safeParse(value);
  if (!result.success) throw new DomainError('invalid', describeIssue(result.error, where));
  return result.data;
}

/** The first complaint of a schema, with the path of the field it is about. */
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
