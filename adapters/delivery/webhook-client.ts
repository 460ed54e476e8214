/** Posts webhooks as Aodh does, and signs them. It follows no redirects and uses no proxies. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { requestIdOf, type WebhookMessage } from '../../domain/delivery/webhook.ts';
import type { Answer } from '../../domain/delivery/webhook-retry.ts';
import { toAsciiJson } from '../../domain/json.ts';
import { agentFor, isRefusal, type Reach } from './public-addresses.ts';
import { signature, type WebhookKeys } from './webhook-keys.ts';

type Settings = Reach &
  WebhookKeys & {
    /** The time limit from the DNS lookup to the receiver's status. */
    readonly timeoutMs: number;
    /** Milliseconds since 1970. */
    readonly now: () => number;
  };

/** The client. */
export const webhookClient = (settings: Settings) => ({
  /**
   * One try. The receiver cannot make it throw.
   * @throws if the key of the project cannot be read.
   */
  post: async (webhook: WebhookMessage): Promise<Answer> => {
    const url = urlOf(webhook.action);
    if (!url) return { kind: 'refused', reason: 'the action is not an http or https URL' };
    const body = toAsciiJson(webhook.body);
    const seconds = Math.floor(settings.now() / 1000);
    const key = await settings.webhookKey(webhook.project_id);
    return tried(url, body, settings, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      accept: '*/*',
      'user-agent': 'Doctor',
      'x-openstack-request-id': requestIdOf(webhook),
      'x-doctor-signature': signature(key, body, seconds),
      ...authorizationOf(url),
    });
  },
});

function urlOf(action: string): URL | undefined {
  const url = URL.canParse(action) ? new URL(action) : undefined;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : undefined;
}

/** The user and password of a URL as a header of HTTP Basic; no header if it has none. */
function authorizationOf({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const text = [username, password].map(unescaped).join(':');
  return { authorization: `Basic ${Buffer.from(text).toString('base64')}` };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function tried(
  url: URL,
  body: string,
  settings: Settings,
  headers: NonNullable<RequestOptions['headers']>,
): Promise<Answer> {
  const { timeoutMs } = settings;
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((done) => {
    const signal = AbortSignal.timeout(timeoutMs);
    // The parts of the URL without its credentials. These are sent as a header, and must not show
    // in an error.
    const { protocol, port, pathname, search } = url;
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    const outgoing = send({
      method: 'POST',
      protocol,
      hostname,
      port,
      path: `${pathname}${search}`,
      headers,
      signal,
      agent: agentFor(url, settings),
    });
    outgoing.on('error', (error) => done(failureOf(error, signal.aborted, timeoutMs)));
    outgoing.on('response', (response) => {
      done(answerOf(response, settings.now()));
      // The body of the answer is not read.
      outgoing.destroy();
    });
    // Node does not emit 'response' for a 101, and without this listener no error either.
    outgoing.on('upgrade', (response, socket) => {
      done(answerOf(response, settings.now()));
      socket.destroy();
    });
    outgoing.on('close', () => done(failureOf(new Error('closed'), signal.aborted, timeoutMs)));
    outgoing.end(body);
  });
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, now: number): Answer {
  const retryAfterSeconds = secondsOf(headers['retry-after'], now);
  return {
    kind: 'answered',
    status: statusCode,
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/**
 * `Retry-After` in whole seconds, from either of its forms (RFC 9110, 10.2.3); undefined if it has
 * neither.
 */
function secondsOf(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}

/**
 * The answer for an error. It names neither the URL nor the address, because readers of the history
 * may not know them.
 */
function failureOf(error: NodeJS.ErrnoException, timedOut: boolean, timeoutMs: number): Answer {
  if (timedOut) {
    return { kind: 'unanswered', timedOut, reason: `no answer within ${timeoutMs / 1000} s` };
  }
  if (isRefusal(error)) return { kind: 'refused', reason: 'its address is not a public one' };
  return { kind: 'unanswered', timedOut, reason: `no answer: ${error.code ?? 'failed'}` };
}
