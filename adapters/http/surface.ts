/**
 * One API surface as a Lambda: authenticate, find the route, run it, answer in the surface's
 * dialect. Nothing that a route throws leaves here but a `DomainError`; all else is a logged 500.
 */
import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { v4 as uuid4 } from 'uuid';
import type { Caller } from '../../domain/access.ts';
import { DomainError } from '../../domain/errors.ts';
import { NeutronRefusal } from '../../domain/neutron.ts';
import { type DialectName, errorBody, statusOf } from './dialects.ts';
import {
  format,
  type Microversion,
  microversionHeaders,
  minMicroversion,
  requestedMicroversion,
  within,
} from './microversion.ts';
import { type ApiResponse, type RawRequest, readJson, readRequest } from './request.ts';
import type { PublicRoute, Route } from './route.ts';

export type Headers = Readonly<Record<string, string>>;

/** Tells who sent a request, or throws `unauthenticated`. The one place where tokens are checked. */
export type Authenticate = (headers: Headers, asked: Asking) => Promise<Caller>;

/** What is asked for, and of which surface. */
export type Asking = Pick<RawRequest, 'method' | 'path' | 'address'> & {
  readonly dialect: DialectName;
  /** Whether the route takes `Authorization` as well. */
  readonly basic: boolean;
};

export type Surface = {
  readonly dialect: DialectName;
  /** Path below the API's root: `/compute`. */
  readonly prefix: string;
  /** Public URL of the API, empty to take it from each request. */
  readonly publicUrl: string;
  readonly authenticate: Authenticate;
  readonly publicRoutes?: readonly PublicRoute[];
  readonly routes: readonly Route[];
  /** Rewrites the path before routes are matched, such as Nova's optional project segment. */
  readonly normalise?: (path: string, caller: Caller) => string;
  /** Whether requests carry Nova's microversions. */
  readonly microversions?: boolean;
  readonly logger: Logger;
};

/** What is known of a request by the time it is answered; filled while it runs. */
type Progress = { caller?: Caller; headers: Record<string, string> };

/** The methods that may carry a body. */
const bodied = new Set(['POST', 'PUT']);

/** The Lambda handler of a surface. */
export function createSurface(surface: Surface) {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>().handler(async (event) => {
    const started = performance.now();
    const request = readRequest(event, surface.prefix, surface.publicUrl, `req-${uuid4()}`);
    const progress: Progress = { headers: {} };
    const response = await answer(surface, request, progress).catch((error: unknown) =>
      refusal(surface, request, progress, error),
    );
    surface.logger.info('request', {
      request_id: request.request_id,
      method: request.method,
      path: event.path,
      status: response.status,
      ms: Math.round(performance.now() - started),
      user_id: progress.caller?.user_id,
      project_id: progress.caller?.project_id,
    });
    return toProxy(response, request, progress);
  });
}

async function answer(
  surface: Surface,
  request: RawRequest,
  progress: Progress,
): Promise<ApiResponse> {
  if (surface.microversions && /^\/v\d/.test(request.path)) {
    Object.assign(progress.headers, microversionHeaders(format(minMicroversion)));
  }
  const allowed = new Set<string>();
  for (const open of surface.publicRoutes ?? []) {
    const params = open.match(request.path);
    if (params && open.method === request.method) return open.handle({ ...request, params });
    if (params) allowed.add(open.method);
  }
  const basic = surface.routes.some((route) => route.basic && route.match(request.path));
  const { dialect } = surface;
  const caller = await surface.authenticate(request.headers, { ...request, basic, dialect });
  progress.caller = caller;
  const microversion = microversionOf(surface, request, progress);
  // Nova reads a body before it looks at the project in the path, or for the route's version.
  if (surface.microversions && bodied.has(request.method)) readJson(request);
  const path = surface.normalise ? surface.normalise(request.path, caller) : request.path;
  const asked = { method: request.method, path, microversion, allowed };
  const { route, params } = findRoute(surface.routes, asked);
  return route.run({ ...request, path, params, caller }, microversion);
}

function microversionOf(surface: Surface, request: RawRequest, progress: Progress): Microversion {
  if (!surface.microversions) return minMicroversion;
  const microversion = requestedMicroversion(request.headers);
  Object.assign(progress.headers, microversionHeaders(format(microversion)));
  return microversion;
}

type Asked = {
  readonly method: string;
  readonly path: string;
  readonly microversion: Microversion;
  /** The methods that public routes have for the path. */
  readonly allowed: ReadonlySet<string>;
};

/**
 * The route of a request: 404 if its path is nobody's, or if only another version has the route;
 * 405 with `Allow` if its method is not had.
 */
function findRoute(
  routes: readonly Route[],
  { method, path, microversion, allowed: open }: Asked,
): { route: Route; params: Readonly<Record<string, string>> } {
  const allowed = new Set(open);
  let absent = false;
  for (const route of routes) {
    const params = route.match(path);
    if (!params) continue;
    if (!within(microversion, route.versions)) {
      absent ||= route.method === method;
      continue;
    }
    if (route.method === method) return { route, params };
    allowed.add(route.method);
  }
  if (allowed.size > 0 && !absent) {
    throw new DomainError('method_not_allowed', `The method ${method} is not allowed here.`, {
      Allow: [...allowed].sort().join(', '),
    });
  }
  throw new DomainError('not_found', 'The resource could not be found.');
}

function refusal(
  surface: Surface,
  request: RawRequest,
  progress: Progress,
  error: unknown,
): ApiResponse {
  const known = error instanceof DomainError && error.code !== 'internal';
  const { code, message, headers } = known
    ? error
    : new DomainError('internal', 'An unexpected error occurred; the request id names it.');
  if (!known) surface.logger.error('unexpected error', { error, request_id: request.request_id });
  Object.assign(progress.headers, headers);
  if (code === 'unauthenticated') {
    // Keystone middleware's header; API Gateway on AWS hands it on under a remapped name.
    progress.headers['WWW-Authenticate'] = `Keystone uri="${request.root}/identity"`;
  }
  const type = error instanceof NeutronRefusal ? error.type : undefined;
  return { status: statusOf[code], body: errorBody(surface.dialect, code, message, type) };
}

function toProxy(
  { status, body, headers = {} }: ApiResponse,
  { request_id, method }: RawRequest,
  progress: Progress,
): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: {
      ...(status !== 204 && { 'Content-Type': 'application/json' }),
      'x-compute-request-id': request_id,
      'x-openstack-request-id': request_id,
      ...progress.headers,
      ...headers,
    },
    body: body === undefined || method === 'HEAD' ? '' : JSON.stringify(body),
  };
}
