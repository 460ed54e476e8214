import { createServer, request as forward, type IncomingMessage } from 'node:http';

/** One request of a program and the status that it got. */
export type Call = {
  readonly method: string;
  /** The path below the API's root, with the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body of the request; empty if there was none. */
  readonly body: string;
  readonly status: number;
  /** The body of the answer. */
  readonly answer: string;
};

export type Recorder = {
  /** Environment variables that make a program send its requests through the recorder. */
  readonly proxy: Readonly<Record<string, string>>;
  readonly calls: readonly Call[];
  readonly stop: () => void;
};

/** The request headers that are recorded. */
const kept = [
  'accept',
  'content-type',
  'openstack-api-version',
  'x-openstack-nova-api-version',
  'x-auth-token',
  'x-subject-token',
];

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Starts a proxy that forwards all requests and remembers those to the API. */
export async function startRecorder(apiUrl: string): Promise<Recorder> {
  const calls: Call[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url = '', headers } = incoming;
    const body = await textOf(incoming);
    const passed = forward(url, { method, headers: { ...headers, connection: 'close' } });
    passed.on('error', (error) => outgoing.writeHead(502).end(error.message));
    passed.on('response', async (response) => {
      const answer = await textOf(response);
      const { statusCode: status = 0, headers: answered } = response;
      delete answered['transfer-encoding'];
      outgoing.writeHead(status, answered).end(answer);
      if (!url.startsWith(apiUrl)) return;
      const said = kept.flatMap((name) => {
        const value = headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      });
      const path = url.slice(apiUrl.length);
      calls.push({ method, path, headers: Object.fromEntries(said), body, status, answer });
    });
    passed.end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const proxy = { http_proxy: url, HTTP_PROXY: url, no_proxy: '', NO_PROXY: '' };
  return { proxy, calls, stop: () => server.close() };
}
