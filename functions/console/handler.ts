/**
 * The console's files. They are public: the page asks for a password, and every request that it makes
 * has its token. The page routes by the fragment of its address, so that only paths of files come here.
 */
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { gatewayPlaceOf } from '../../adapters/http/gateway-path.ts';
import { securityHeaders } from './security-headers.ts';
import type { Site, SiteFile } from './site.ts';

/** The path of the console below the API's root. */
const prefix = '/console';

/** What the handler needs. */
export type ConsoleDeps = {
  /** All files; they are read once. */
  readonly site: () => Promise<Site>;
  /** Public URL of the API, empty to take it from each request. */
  readonly publicUrl: string;
  /** Called once for each request, when it is answered. */
  readonly log: (request: {
    readonly method: string;
    readonly path: string;
    readonly status: number;
  }) => void;
};

type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

/** An answer in words for a person, which nothing may store. */
const words = (status: number, text: string, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
  text: `${text}\n`,
});

/** The value of a header, named in any case; empty without it. */
const headerOf = ({ headers }: APIGatewayProxyEvent, name: string): string =>
  Object.entries(headers ?? {}).find(([each]) => each.toLowerCase() === name)?.[1] ?? '';

/** Whether the sender has this version. Source: RFC 9110, section 13.1.2 (weak comparison). */
const hasVersion = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch
    .split(',')
    .map((each) => each.trim().replace(/^W\//, ''))
    .some((each) => each === '*' || each === etag);

function fileAnswer(file: SiteFile, ifNoneMatch: string): Answer {
  const headers = { 'Cache-Control': file.cacheControl, ETag: file.etag };
  if (hasVersion(ifNoneMatch, file.etag)) return { status: 304, headers, text: '' };
  return { status: 200, headers: { ...headers, 'Content-Type': file.type }, text: file.text };
}

async function answer(event: APIGatewayProxyEvent, deps: ConsoleDeps): Promise<Answer> {
  if (event.httpMethod !== 'GET' && event.httpMethod !== 'HEAD') {
    return words(405, 'Only GET and HEAD are allowed.', { Allow: 'GET, HEAD' });
  }
  const { path } = gatewayPlaceOf(event, deps.publicUrl);
  const name = path.slice(prefix.length + 1);
  const folder = event.path.endsWith('/');
  if (name === '' && !folder) {
    // Relative, so that it is right below each stage, base path and proxy.
    return words(308, 'The console is at console/', { Location: 'console/' });
  }
  // Found by its name among the files that were built: a path cannot leave them.
  const site = await deps.site();
  const file = name === '' ? site.get('index.html') : site.get(folder ? `${name}/` : name);
  return file === undefined
    ? words(404, 'There is no such file.')
    : fileAnswer(file, headerOf(event, 'if-none-match'));
}

/** The Lambda handler. */
export function consoleSite(deps: ConsoleDeps) {
  return async (event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> => {
    const { status, headers, text } = await answer(event, deps);
    deps.log({ method: event.httpMethod, path: event.path, status });
    return {
      statusCode: status,
      headers: { ...securityHeaders, ...headers },
      body: event.httpMethod === 'HEAD' ? '' : text,
    };
  };
}
