/**
 * One HTTP request to the cloud, and its answer. Node's own client, because the built-in `fetch` takes
 * no certificates for one request. A redirect is an answer like any other: it is never followed, so
 * that no token is sent to a place that the catalogue does not name.
 */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { CloudError } from './cloud-error.ts';

/** The most bytes of an answer; a page of 1000 servers with all their details has about 3 MB. */
const mostBytes = 16_000_000;

/** The connections to the cloud. */
export type Connections = {
  /** Kept open between requests. */
  readonly kept: Agents;
  /** Made for one request: a kept one may be closed by the server at the moment in which it is used. */
  readonly fresh: Agents;
};
type Agents = { readonly http: HttpAgent; readonly https: HttpsAgent };

/** Connections of which at most `mostInFlight` of a kind are used at once to a host; more requests wait. */
export function connections(mostInFlight: number, ca: string | undefined): Connections {
  const agents = (keepAlive: boolean): Agents => {
    const options = { keepAlive, maxSockets: mostInFlight };
    return {
      http: new HttpAgent(options),
      https: new HttpsAgent({ ...options, ...(ca !== undefined && { ca }) }),
    };
  };
  return { kept: agents(true), fresh: agents(false) };
}

export type OutgoingRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON; undefined for no body. */
  readonly body?: unknown;
  /** Whether it must not be carried out twice: then it gets a fresh connection. */
  readonly fresh?: boolean;
  /** For the whole exchange, the wait for a free connection included. */
  readonly timeoutMs: number;
};

export type IncomingAnswer = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
};

/** Errors before anything was sent: the request was certainly not carried out. */
const beforeSending = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

/** @throws CloudError `unreachable` without a whole answer in time; `unreadable` if it is too long. */
export async function exchange(
  { kept, fresh: made }: Connections,
  { method, url, headers, body, timeoutMs, fresh = false }: OutgoingRequest,
): Promise<IncomingAnswer> {
  const { http, https } = fresh ? made : kept;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const signal = AbortSignal.timeout(timeoutMs);
  const options = {
    method,
    signal,
    headers: {
      accept: 'application/json',
      'user-agent': 'Doctor',
      ...(text !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(text)),
      }),
      ...headers,
    },
  };
  const outgoing =
    url.protocol === 'https:'
      ? httpsRequest(url, { ...options, agent: https })
      : httpRequest(url, { ...options, agent: http });
  try {
    return await answered(outgoing, text);
  } catch (error) {
    if (error instanceof CloudError) throw error;
    const code = codeOf(error);
    const reason = signal.aborted ? `no answer within ${timeoutMs} ms` : `no answer: ${code}`;
    const uncertain = signal.aborted || !beforeSending.has(code);
    throw new CloudError('unreachable', `${method} ${url.origin}: ${reason}`, { uncertain });
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'failed';

const answered = (outgoing: ClientRequest, text: string | undefined): Promise<IncomingAnswer> =>
  new Promise((done, failed) => {
    outgoing.on('error', failed);
    outgoing.on('response', (response) => {
      read(response).then((body) => {
        done({ status: response.statusCode ?? 0, headers: response.headers, text: body });
      }, failed);
    });
    outgoing.end(text);
  });

async function read(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response) {
    const chunk = Buffer.from(part);
    bytes += chunk.length;
    if (bytes > mostBytes) {
      response.destroy();
      throw new CloudError('unreadable', `an answer has more than ${mostBytes} bytes`);
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}
