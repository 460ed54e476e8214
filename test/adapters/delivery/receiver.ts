/**
 * Receivers of webhooks on this machine. They listen on loopback, unless functions run in
 * containers.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type ReceivedRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

/** How a receiver answers its n-th request, from 1 on. */
type Behaviour = (response: ServerResponse, nth: number) => void;

export const silent: Behaviour = () => {};

export type Receiver = AsyncDisposable & {
  readonly port: number;
  /** `http://127.0.0.1:<port>`, or the URL by which a container reaches it. */
  readonly url: string;
  /** The requests so far, in order. */
  readonly received: readonly ReceivedRequest[];
};

export const answering =
  (status: number, headers: Record<string, string> = {}): Behaviour =>
  (response) =>
    response.writeHead(status, headers).end();

/**
 * The name by which functions in containers reach this machine; undefined if they do not run in
 * containers.
 */
const seenAs = process.env.DOCTOR_RECEIVER_HOST;

/** A receiver with the behaviour. `await using` closes it. */
export async function receiver(
  behaviour: Behaviour = answering(200),
  tls?: { key: string; cert: string },
): Promise<Receiver> {
  const received: ReceivedRequest[] = [];
  const listen = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url: path = '', headers } = request;
    received.push({ method, path, headers, body: await text(request) });
    behaviour(response, received.length);
  };
  const server = tls ? createTlsServer(tls, listen) : createServer(listen);
  await new Promise<void>((done) => server.listen(0, seenAs ? '0.0.0.0' : '127.0.0.1', done));
  const address = server.address();
  const port = isAddress(address) ? address.port : 0;
  return {
    port,
    url: `${tls ? 'https' : 'http'}://${seenAs ?? '127.0.0.1'}:${port}`,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null;
