import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { kindOf } from './kind.ts';

/** A server in front of the emulator, which notes the kind of each request. */
export type Proxy = {
  readonly url: string;
  /** The kinds of all requests since the last call, in their order. */
  readonly take: () => readonly string[];
  readonly close: () => void;
};

/**
 * Starts a proxy of the endpoint on a free port. It forwards requests unchanged, signatures
 * included.
 */
export async function proxyOf(endpoint: string): Promise<Proxy> {
  const { hostname, port } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true });
  const kinds: string[] = [];
  const forward = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await incoming.toArray());
    const { headers, method, url: path } = incoming;
    kinds.push(kindOf({ headers, body: body.toString() }));
    const outgoing = request({ agent, hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.writeHead(502).end());
    outgoing.end(body);
  };
  const server = createServer((incoming, response) => {
    forward(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const own = typeof address === 'object' ? address?.port : 0;
  return {
    url: `http://127.0.0.1:${own}`,
    take: () => kinds.splice(0),
    close: () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}
