/** Requests to Doctor's API, from the page that the same API serves. */
import { type Answered, type ReadRequest, sourceOf } from './again.ts';
import type { DoctorAnswers } from './answers.ts';
import { endSession, session } from './session.ts';

/** The API's address: the console is one level below it. */
const api = new URL('../', document.baseURI);

/** An error answer of the API, or a failure of the network (status 0). */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>;

export type CallOptions = {
  readonly query?: Query | undefined;
  readonly body?: unknown;
  /** Nova's microversion, for `/compute`. */
  readonly microversion?: string;
  /** The token that a request to `/identity` is about. */
  readonly subject?: string;
  readonly signal?: AbortSignal;
};

/** The message in an error body of any surface. */
function messageOf(body: unknown, status: number): string {
  if (typeof body !== 'object' || body === null) return `The API answered ${status}.`;
  for (const value of Object.values(body)) {
    if (typeof value !== 'object' || value === null) continue;
    if ('message' in value && typeof value.message === 'string') return value.message;
    if ('faultstring' in value && typeof value.faultstring === 'string') return value.faultstring;
  }
  return `The API answered ${status}.`;
}

/** The URL of a path that begins with a slash, or of a link from an answer. */
function urlOf(path: string, query: Query = {}): URL {
  const url = new URL(path.startsWith('/') ? path.slice(1) : path, api);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value));
  }
  return url;
}

/** Sends a request. Does not check the status. @throws ApiError if there is no answer. */
export async function send(method: string, path: string, options: CallOptions): Promise<Response> {
  const { body, microversion, query, signal, subject } = options;
  const token = session.value?.token;
  try {
    return await fetch(urlOf(path, query), {
      method,
      credentials: 'omit',
      redirect: 'error',
      headers: {
        Accept: 'application/json',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(token && { 'X-Auth-Token': token }),
        ...(subject && { 'X-Subject-Token': subject }),
        ...(microversion && { 'X-OpenStack-Nova-API-Version': microversion }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'The API cannot be reached.');
  }
}

/**
 * Requests a route of any surface. A 401 ends the session, because the token is no longer valid.
 * @returns the parsed body; undefined if there is none.
 * @throws ApiError
 */
export async function call<Answer>(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const given = sourceOf(options.signal)?.(readRequest(path, options));
  const { status, text } = await (given ?? sent(method, path, options));
  const body = text === '' ? undefined : parsed(text);
  if (status < 300) return body;
  if (status === 401) endSession('Your session has ended. Log in again.');
  throw new ApiError(status, messageOf(body, status));
}

/** The request in the form in which the feed can make it. */
function readRequest(path: string, { query, microversion, body }: CallOptions): ReadRequest {
  return {
    path: `/${urlOf(path, query).href.slice(api.href.length)}`,
    ...(microversion !== undefined && { microversion }),
    ...(body !== undefined && { body }),
  };
}

async function sent(method: string, path: string, options: CallOptions): Promise<Answered> {
  const response = await send(method, path, options);
  return { status: response.status, text: await response.text() };
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export type DoctorOptions = CallOptions & { readonly params?: Readonly<Record<string, string>> };

/** Requests a route of `/doctor/v1`, typed by the OpenAPI document. */
export function ask<Route extends keyof DoctorAnswers>(
  route: Route,
  { params = {}, ...options }: DoctorOptions = {},
): Promise<DoctorAnswers[Route]> {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(params[name] ?? ''));
  return call<DoctorAnswers[Route]>(method, path, options);
}
