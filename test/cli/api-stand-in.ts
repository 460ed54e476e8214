/** A stand-in for the API for commands: it answers as the test says, and records the requests. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { runCommandLine } from '../../cli/run.ts';

/** A request after the login: its method, its path with the query, and its body. */
export type Asked = [method: string, path: string, body: unknown];

/** The outcome of a command line: its exit status, and what it wrote. */
export type Said = { readonly status: number; readonly out: string; readonly err: string };

export type ApiStandIn = {
  /** The requests, in their order. A test may empty it. */
  readonly asked: Asked[];
  /** Runs a command line as a user of the stand-in. */
  readonly doctor: (line: string) => Promise<Said>;
  readonly close: () => void;
};

/**
 * Runs a command line as a user of the API at a URL.
 * @param given variables beside those of the user, or in place of them.
 */
export async function runAsUser(
  url: string,
  line: string,
  given: Record<string, string | undefined> = {},
): Promise<Said> {
  const said = { out: '', err: '' };
  const env = {
    OS_AUTH_URL: `${url}/identity/v3`,
    OS_USERNAME: 'alice',
    OS_PASSWORD: 'secret',
    OS_PROJECT_NAME: 'tenant-a',
    OS_REGION_NAME: 'R',
    ...given,
  };
  const status = await runCommandLine(line.split(' ').filter(Boolean), env, {
    out: (more) => {
      said.out += more;
    },
    err: (more) => {
      said.err += more;
    },
    terminal: false,
  });
  return { status, ...said };
}

/**
 * Starts it. Its catalog has compute at `/nova` and Doctor's own API at `/doctor`.
 * @param answersAt the bodies by method and path, for the URL of the stand-in; any other request is a 404.
 */
export async function apiStandIn(
  answersAt: (url: string) => Readonly<Record<string, unknown>>,
): Promise<ApiStandIn> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '' } = request;
    const sent = await text(request);
    const isLogin = path === '/identity/v3/auth/tokens';
    if (!isLogin) asked.push([method, path, sent === '' ? undefined : JSON.parse(sent)]);
    const answer = isLogin ? { token: { catalog } } : answers[`${method} ${path}`];
    response.writeHead(answer === undefined ? 404 : 200, { 'X-Subject-Token': 't' });
    response.end(JSON.stringify(answer ?? { error: { code: 404, message: 'It is not there.' } }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const answers = answersAt(url);
  const publicAt = (type: string, to: string) => ({
    ...{ type, endpoints: [{ interface: 'public', region_id: 'R', url: `${url}${to}` }] },
  });
  const catalog = [publicAt('compute', '/nova'), publicAt('fault-management', '/doctor')];
  const doctor = (line: string) => runAsUser(url, line);
  return { asked, doctor, close: () => server.close() };
}
