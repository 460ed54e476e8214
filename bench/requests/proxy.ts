import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { kindOf, namesIn } from './kind.ts';

/** A request that the proxy forwarded. Times are in ms since 1970, with fractions. */
export type Noted = {
  /**
   * Service and action, such as `DynamoDB Query`; for a request to an API, `API` with method and
   * path.
   */
  readonly kind: string;
  /** The tables, queues and topics that it names; empty if it names none. */
  readonly about: readonly string[];
  readonly began: number;
  /** When the answer was complete; undefined before that. */
  ended?: number;
};

/** A server in front of the emulator, which notes each request. */
export type Proxy = {
  readonly url: string;
  /** The requests since the last call, in the order in which they began. */
  readonly take: () => readonly Noted[];
  readonly close: () => void;
};

/** The current time in ms since 1970, with fractions, which `Date.now` does not have. */
const exactly = (): number => performance.timeOrigin + performance.now();

/**
 * Starts a proxy of the endpoint on a free port. It forwards requests unchanged, signatures
 * included.
 */
export async function proxyOf(endpoint: string): Promise<Proxy> {
  const { hostname, port } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true });
  const noted: Noted[] = [];
  const forward = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const began = exactly();
    const body = Buffer.concat(await incoming.toArray());
    const { headers, method, url: path = '' } = incoming;
    const text = body.toString();
    const [, called] = /_user_request_(.*)$/.exec(path) ?? [];
    const note: Noted = {
      kind: called === undefined ? kindOf({ headers, body: text }) : `API ${method} ${called}`,
      about: called === undefined ? namesIn(text) : [],
      began,
    };
    noted.push(note);
    const outgoing = request({ agent, hostname, port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('end', () => {
        note.ended = exactly();
      });
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
    take: () => noted.splice(0).toSorted((a, b) => a.began - b.began),
    close: () => {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}
