/**
 * Requests to the services of the OpenStack cloud, with the token of the service user. Token and
 * catalogue are kept in the process, so a warm function logs in about once an hour.
 */
import { retry } from 'es-toolkit';
import type * as z from 'zod';
import { grownPause, spread } from '../../domain/back-off.ts';
import { endpointIn } from './catalog.ts';
import { CloudError } from './cloud-error.ts';
import { type Known, makeCloudLogins } from './cloud-logins.ts';
import type { CloudSecret } from './cloud-secret.ts';
import { exchange, type IncomingAnswer } from './exchange.ts';
import { readAnswer, refusalOf } from './json-answer.ts';

const defaultTimeoutMs = 10_000;
const defaultTries = 4;
const longestPauseMs = 5_000;

export type CloudMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A request to a service; `T` is what its answer is read as. */
export type CloudRequest<T> = {
  /** The service's type in the catalogue: `compute`, `network`, `identity`. */
  readonly service: string;
  readonly method: CloudMethod;
  /** Below the service's version: `/os-services`, `/ports`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Nova's microversion, such as `2.94`. */
  readonly microversion?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Reads the body of the answer; it gets undefined if that is empty. */
  readonly schema: z.ZodType<T>;
  /**
   * Whether the request may be carried out twice; by default all but POST and PATCH. One that may not
   * is repeated only if it was certainly not carried out.
   */
  readonly repeatable?: boolean;
  /** The limit of each attempt. */
  readonly timeoutMs?: number;
  /** Attempts in all. */
  readonly tries?: number;
  /** Called for each attempt that the service may carry out although it gave no answer. */
  readonly onUnanswered?: () => void;
};

export type CloudSession = {
  /** Sends a request. @throws CloudError if it did not succeed, at the last attempt. */
  readonly request: <T>(request: CloudRequest<T>) => Promise<T>;
  /** The URL of a service with its version. @throws CloudError. */
  readonly endpoint: (service: string) => Promise<string>;
};

export type CloudSessionDeps = {
  /** The secret, at most `maxAgeMs` old if that is given. */
  readonly secret: (maxAgeMs?: number) => Promise<CloudSecret>;
  /** The most requests to a service that are in flight at once; more wait. */
  readonly mostInFlight?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** The first pause between attempts at most; each further one is twice as long, up to five seconds. */
  readonly firstPauseMs?: number;
};

/** A session that logs in when it is first needed. */
export function makeCloudSession({
  secret,
  mostInFlight = 8,
  firstPauseMs = 200,
  now = Date.now,
}: CloudSessionDeps): CloudSession {
  const logins = makeCloudLogins({ secret, mostInFlight, now });

  const once = async <T>(known: Known, request: CloudRequest<T>): Promise<IncomingAnswer> => {
    const { service, method, path, query = {}, body, headers = {}, microversion } = request;
    const url = new URL(`${endpointIn(known.catalog, service, known.secret)}${path}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
    return exchange(known.using, {
      method,
      url,
      body,
      headers: {
        'x-auth-token': known.token,
        ...(microversion !== undefined && versionHeaders(microversion)),
        ...headers,
      },
      fresh: !isRepeatable(request),
      timeoutMs: request.timeoutMs ?? defaultTimeoutMs,
    });
  };

  const attempt = async <T>(request: CloudRequest<T>): Promise<T> => {
    const what = `${request.method} ${request.service} ${request.path}`;
    const known = await logins.current();
    let answer = await once(known, request);
    if (answer.status === 401) answer = await once(await logins.after(known), request);
    if (answer.status < 200 || answer.status >= 300) throw refusalOf(answer, what);
    return readAnswer(answer, request.schema, what);
  };

  return {
    request: (request) => {
      const { tries = defaultTries } = request;
      const repeatable = isRepeatable(request);
      const noted = (error: unknown): never => {
        if (error instanceof CloudError && error.uncertain) request.onUnanswered?.();
        throw error;
      };
      const limits = { tries, repeatable, firstPauseMs };
      return repeated(() => attempt(request).catch(noted), limits);
    },
    endpoint: async (service) => {
      const { catalog, secret: place } = await logins.current();
      return endpointIn(catalog, service, place);
    },
  };
}

/** Both headers of a microversion, the old and the new one. */
const versionHeaders = (version: string) => ({
  'openstack-api-version': `compute ${version}`,
  'x-openstack-nova-api-version': version,
});

/** Repeats attempts that may be repeated, with pauses that grow and are random. */
const repeated = <T>(attempt: () => Promise<T>, limits: AttemptLimits): Promise<T> =>
  retry(attempt, {
    retries: limits.tries - 1,
    shouldRetry: (error) =>
      error instanceof CloudError &&
      (error.kind === 'unreachable' || error.kind === 'failed') &&
      (limits.repeatable || !error.uncertain),
    delay: (attempts, error) => {
      const asked = error instanceof CloudError ? (error.retryAfterMs ?? 0) : 0;
      const pause = grownPause(attempts + 1, {
        first: limits.firstPauseMs,
        longest: longestPauseMs,
      });
      return Math.min(longestPauseMs, Math.max(asked, spread(pause, Math.random())));
    },
  });

type AttemptLimits = {
  readonly tries: number;
  readonly repeatable: boolean;
  readonly firstPauseMs: number;
};

const isRepeatable = ({
  method,
  repeatable,
}: Pick<CloudRequest<unknown>, 'method' | 'repeatable'>) =>
  repeatable ?? (method !== 'POST' && method !== 'PATCH');
