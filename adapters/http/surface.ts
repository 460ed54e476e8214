/**
 * One API surface as a Lambda function: it authenticates, finds the route, runs it, and answers in the
 * surface's dialect. A `DomainError` becomes a refusal; any other error is logged and becomes a 500.
 */

import type { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { v4 as uuid4 } from 'uuid';
import { DomainError, Refusal } from '../../domain/errors.ts';
import type { Caller } from '../../domain/identity/access.ts';
import { permitted, underPermit } from '../permit.ts';
import { requireFittingAnswer, requireFittingRequest } from './answer-size.ts';
import { type Challenges, challenges } from './challenges.ts';
import { type AllowedOrigins, isPreflight, originHeaders, preflight } from './cors.ts';
import { type DialectName, errorBody, statusOf } from './dialects.ts';
import { findPublicRoute, findRoute, methodsOf } from './find-route.ts';
import { inTime, unavailable } from './in-time.ts';
import {
  format,
  type Microversion,
  microversionHeaders,
  minMicroversion,
  requestedMicroversion,
} from './microversion.ts';
import type { PublicRoute } from './public-route.ts';
import {
  type ApiResponse,
  type RawRequest,
  readJson,
  readRequest,
  type Whereabouts,
} from './request.ts';
import type { Route } from './route.ts';
import { allRoutes, routesFor } from './route-loading.ts';

export type Headers = Readonly<Record<string, string>>;

/**
 * The caller of a request. Tokens are checked here only. It may return before the check has ended
 * (`permitAfter`): the surface answers, and the clients change something, only after it has.
 * @throws DomainError `unauthenticated`.
 */
export type Authenticate = (headers: Headers, request: AccessRequest) => Promise<Caller>;

/** The request that a caller makes, and of which surface. */
export type AccessRequest = Pick<RawRequest, 'method' | 'path' | 'address'> & {
  readonly dialect: DialectName;
  /** Whether the route accepts `Authorization` too. */
  readonly basic: boolean;
};

export type Surface = Whereabouts & {
  readonly authenticate: Authenticate;
  /** The origins whose pages may call; absent or empty for none. */
  readonly allowedOrigins?: AllowedOrigins;
  readonly publicRoutes?: readonly PublicRoute[];
  /** The routes that the function loads when it starts. All that accept `Authorization` are among them. */
  readonly routes: readonly Route[];
  /** Loads the other routes: they come with the first request that needs one. Absent if there are none. */
  readonly otherRoutes?: () => Promise<readonly Route[]>;
  /** Rewrites the path before routes are matched, such as Nova's optional project segment. */
  readonly normalise?: (path: string, caller: Caller) => string;
  /** Whether requests carry Nova's microversions. */
  readonly microversions?: boolean;
  /**
   * Set where senders repeat a 503, and lose what gets another refusal: after so many milliseconds
   * the answer is a 503, and so is every error that is not the caller's. Left out: answers take
   * their time, and such errors are 500.
   */
  readonly unavailableAfterMs?: number;
  readonly logger: Logger;
};

/** The part of a surface that its reference shows: which routes it has, and where. */
export type SurfaceRoutes = Pick<
  Surface,
  'dialect' | 'prefix' | 'publicRoutes' | 'routes' | 'otherRoutes' | 'normalise' | 'microversions'
>;

/** What is known of a request when it is answered. It is filled while the request runs. */
type Progress = {
  caller?: Caller;
  /** Whether the route accepts HTTP Basic. */
  basic?: boolean;
  headers: Record<string, string>;
  /** The lines of `WWW-Authenticate`; undefined for none. */
  challenges?: Challenges;
};

/** An answer as it is sent. Its text is empty without a body. */
type Sent = Omit<ApiResponse, 'body'> & { readonly text: string };

/** The methods that may carry a body. */
const bodied = new Set(['POST', 'PUT']);

/** The Lambda handler of a surface. */
export function createSurface(surface: Surface) {
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>().handler(async (event) => {
    const started = performance.now();
    const request = readRequest(event, surface, `req-${uuid4()}`);
    const progress: Progress = { headers: {} };
    const sent = await underPermit(async () => {
      await requireSingleSlashes(surface, request, event.path);
      return inTime(answer(surface, request, progress), surface.unavailableAfterMs);
    })
      .then(written)
      .catch((error: unknown) => written(refusal(surface, request, progress, error)));
    surface.logger.info('request', {
      request_id: request.request_id,
      method: request.method,
      path: event.path,
      status: sent.status,
      ms: Math.round(performance.now() - started),
      user_id: progress.caller?.user_id,
      project_id: progress.caller?.project_id,
    });
    return toProxy(surface, sent, request, progress);
  });
}

/**
 * Refuses a path with doubled slashes that no route of this function has. The gateway chose the
 * function by that path, and the path with single slashes may belong to another one: the text says
 * so, before the credential is looked at. Paths that `normalise` rewrites are left to the route.
 * @throws DomainError `not_found`.
 */
async function requireSingleSlashes(
  surface: Surface,
  { path }: Pick<RawRequest, 'path'>,
  sent: string,
): Promise<void> {
  const { publicRoutes = [], normalise, prefix } = surface;
  // Slashes at the end do not change which function the gateway chooses.
  if (normalise || !/\/\/[^/]/.test(sent)) return;
  const routes = await allRoutes(surface);
  if ([...routes, ...publicRoutes].some((route) => route.match(path))) return;
  throw new DomainError('not_found', `Write the path with single slashes: ${prefix}${path}`);
}

async function answer(
  surface: Surface,
  request: RawRequest,
  progress: Progress,
): Promise<ApiResponse> {
  if (surface.microversions && /^\/v\d/.test(request.path)) {
    Object.assign(progress.headers, microversionHeaders(format(minMicroversion)));
  }
  const { routes, publicRoutes = [], allowedOrigins = [] } = surface;
  if (isPreflight(request)) {
    const methods = methodsOf(await allRoutes(surface), publicRoutes);
    return preflight(request, allowedOrigins, methods);
  }
  requireFittingRequest(request.text);
  const { found: open, allowed } = findPublicRoute(publicRoutes, request);
  if (open) return open.route.run({ ...request, params: open.params });
  const basic = routes.some((route) => route.basic && route.match(request.path));
  progress.basic = basic;
  const { dialect } = surface;
  const caller = await surface.authenticate(request.headers, { ...request, basic, dialect });
  progress.caller = caller;
  const running = runRoute(surface, { ...request, caller }, progress, allowed);
  // The refusal of the check is the answer, whatever the route finds out meanwhile.
  running.catch(() => {});
  await permitted();
  return running;
}

async function runRoute(
  surface: Surface,
  request: RawRequest & { readonly caller: Caller },
  progress: Progress,
  allowed: ReturnType<typeof findPublicRoute>['allowed'],
): Promise<ApiResponse> {
  const { caller } = request;
  const microversion = microversionOf(surface, request, progress);
  // Nova reads a body before it looks at the project in the path, or for the route's version.
  if (surface.microversions && bodied.has(request.method)) readJson(request);
  const path = surface.normalise ? surface.normalise(request.path, caller) : request.path;
  const asked = { method: request.method, path, microversion, allowed };
  const { route, params } = findRoute(await routesFor(surface, asked), asked);
  return route.run({ ...request, path, params }, microversion);
}

function microversionOf(surface: Surface, request: RawRequest, progress: Progress): Microversion {
  if (!surface.microversions) return minMicroversion;
  const microversion = requestedMicroversion(request.headers);
  Object.assign(progress.headers, microversionHeaders(format(microversion)));
  return microversion;
}

function refusal(
  surface: Surface,
  request: RawRequest,
  progress: Progress,
  error: unknown,
): ApiResponse {
  const known = error instanceof DomainError && error.code !== 'internal';
  const { code, message, headers } = known ? error : unexpected(surface);
  if (!known) surface.logger.error('unexpected error', { error, request_id: request.request_id });
  Object.assign(progress.headers, headers);
  if (code === 'unauthenticated') {
    progress.challenges = challenges(request.root, progress.basic ?? false);
  }
  const reason = error instanceof Refusal ? error.reason : undefined;
  return { status: statusOf[code], body: errorBody(surface.dialect, code, message, reason) };
}

/** What the caller reads of an error that is not the caller's. */
const unexpected = ({ unavailableAfterMs }: Pick<Surface, 'unavailableAfterMs'>): DomainError =>
  unavailableAfterMs === undefined
    ? new DomainError('internal', 'An unexpected error occurred; the request id names it.')
    : unavailable('An unexpected error occurred; the request id names it. Send the request again.');

/** The answer as text. @throws DomainError `too_large` if AWS would not accept it. */
function written({ body, ...rest }: ApiResponse): Sent {
  const text = body === undefined ? '' : JSON.stringify(body);
  requireFittingAnswer(text);
  return { ...rest, text };
}

function toProxy(
  { allowedOrigins = [] }: Surface,
  { status, text, headers = {} }: Sent,
  request: RawRequest,
  progress: Progress,
): APIGatewayProxyResult {
  const { request_id, method } = request;
  const own = { ...progress.headers, ...headers };
  return {
    statusCode: status,
    headers: {
      ...(status !== 204 && { 'Content-Type': 'application/json' }),
      'x-compute-request-id': request_id,
      'x-openstack-request-id': request_id,
      ...own,
      ...originHeaders(request, allowedOrigins, own.Vary),
    },
    ...(progress.challenges && {
      multiValueHeaders: { 'WWW-Authenticate': [...progress.challenges] },
    }),
    body: method === 'HEAD' ? '' : text,
  };
}
