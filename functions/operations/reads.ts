/** The routes that a request for changes may read: by the function that serves them, or by this one. */
import { errorBody, statusOf } from '../../adapters/http/dialects.ts';
import { findRoute } from '../../adapters/http/find-route.ts';
import { minMicroversion } from '../../adapters/http/microversion.ts';
import type { AuthenticRequest } from '../../adapters/http/request.ts';
import { routesFor } from '../../adapters/http/route-loading.ts';
import type { SurfaceRoutes } from '../../adapters/http/surface.ts';
import { DomainError } from '../../domain/errors.ts';
import type { DueRead } from './due-reads.ts';

/** The functions that serve reads for pages, beside this one. */
export const readers = ['compute', 'network', 'alarming', 'doctor', 'monitors'] as const;
export type ReaderName = (typeof readers)[number];

/** The first segments below `/doctor/v1` of what pages read from `monitors`. */
export const readFromMonitors: readonly string[] = ['conditions', 'sources', 'unmatched'];
/** The same of this function. The feed itself is not among them: a request is not held inside another one. */
export const readHere: readonly string[] = [
  'status',
  'rates',
  'host-history',
  'dead-letters',
  'silences',
  'alarms',
];

/** The first segment of the trial of an alarm, which `alarming` serves. */
const preview = 'alarm-preview';

/** Who reads a path: a function by its name, or `here`; undefined: no one may. */
export function readerOf(path: string): ReaderName | 'here' | undefined {
  const [, surface, version, segment = ''] = path.split(/[/?]/);
  if (surface === 'compute' || surface === 'network' || surface === 'alarming') return surface;
  if (surface !== 'doctor' || version !== 'v1') return undefined;
  if (readHere.includes(segment)) return 'here';
  if (segment === preview) return 'alarming';
  if (readFromMonitors.includes(segment)) return 'monitors';
  return ['changes', 'openapi.json', ''].includes(segment) ? undefined : 'doctor';
}

/** Whether a read may have a body: Aodh's queries and trials of alarms are POSTs that change nothing. */
export const mayHaveBody = (path: string): boolean =>
  path.startsWith('/alarming/v2/query/') || path === `/doctor/v1/${preview}`;

/** What a read answered. */
export type ReadAnswer = { readonly status: number; readonly body: unknown };

/** Sends a request to another function, as the gateway does. */
export type CallReader = (name: ReaderName, event: object) => Promise<ReadAnswer>;

const queryOf = (path: string): Record<string, string[]> => {
  const { searchParams } = new URL(path, 'http://api');
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]),
  );
};

/** Headers of the read itself, or of the way to the gateway. */
const leftOut = new Set(['content-type', 'content-length', 'accept-encoding', 'host']);

/**
 * The gateway's event (REST, payload 1.0) of a read by the caller of the request. The other function
 * checks the token itself, so that no caller reads more in this way than by requests of its own.
 */
export function gatewayEventOf(
  { headers, root, address }: Pick<AuthenticRequest, 'headers' | 'root' | 'address'>,
  { path: target, microversion, body }: DueRead,
): object {
  const path = new URL(target, 'http://api').pathname;
  const [, surface = '', ...below] = path.split('/');
  const query = queryOf(target);
  const { host, pathname } = new URL(root);
  const method = body === undefined ? 'GET' : 'POST';
  return {
    httpMethod: method,
    path,
    resource: `/${surface}/{proxy+}`,
    pathParameters: { proxy: below.join('/') },
    headers: {
      ...Object.fromEntries(Object.entries(headers).filter(([name]) => !leftOut.has(name))),
      ...(microversion !== undefined && { 'x-openstack-nova-api-version': microversion }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    multiValueHeaders: {},
    queryStringParameters: Object.fromEntries(
      Object.entries(query).map(([name, values]) => [name, values.at(-1)]),
    ),
    multiValueQueryStringParameters: query,
    stageVariables: null,
    isBase64Encoded: false,
    body: body === undefined ? null : JSON.stringify(body),
    requestContext: {
      domainName: host,
      httpMethod: method,
      identity: { sourceIp: address },
      path: `${pathname === '/' ? '' : pathname}${path}`,
    },
  };
}

/** Reads a route of this function, as if it had been requested by itself. */
async function readByRoute(
  surface: SurfaceRoutes,
  request: AuthenticRequest,
  target: string,
): Promise<ReadAnswer> {
  const { pathname } = new URL(target, 'http://api');
  const path = pathname.slice('/doctor'.length);
  try {
    const sought = {
      method: 'GET',
      path,
      microversion: minMicroversion,
      allowed: new Set<string>(),
    };
    const { route, params } = findRoute(await routesFor(surface, sought), sought);
    const query = queryOf(target);
    const read = { ...request, method: 'GET', path, params, query, text: undefined };
    const { status, body } = await route.run(read, minMicroversion);
    return { status, body };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === 'internal') throw error;
    const { code, message } = error;
    return { status: statusOf[code], body: errorBody('doctor', code, message) };
  }
}

/** What answers one read of a request; it fails if the other function cannot be reached. */
export const readWhereServed =
  ({ callReader, surface }: { callReader: CallReader; surface: () => SurfaceRoutes }) =>
  (request: AuthenticRequest, due: DueRead): Promise<ReadAnswer> => {
    const reader = readerOf(due.path);
    if (reader === undefined) throw new DomainError('invalid', `${due.path} cannot be read here.`);
    if (reader === 'here') return readByRoute(surface(), request, due.path);
    return callReader(reader, gatewayEventOf(request, due));
  };
