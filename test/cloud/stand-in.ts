/**
 * A stand-in for an OpenStack cloud: an HTTP server on this machine that repeats recorded answers
 * of real services. It always has a Keystone; tests add other services.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/stack/ports.ts';
import { type Disturbance, makeDisturbances } from './disturbances.ts';
import { makeKeystone } from './keystone.ts';
import { makeCatalogStore } from './keystone-catalog.ts';
import { makeTokenStore } from './keystone-tokens.ts';
import { refused, type Served, type ServedRequest, unauthorized } from './served.ts';

const region = 'RegionOne';

export type StandInOptions = {
  /** The stand-in's clock, in milliseconds since 1970. */
  readonly now?: () => number;
  /** The port; a free one if there is none. */
  readonly port?: number;
};

/** Starts a stand-in; stop it when the test ends. */
export async function standIn({ now = Date.now, port: given }: StandInOptions = {}) {
  const keystone = makeTokenStore(now);
  const catalog = makeCatalogStore(region);
  const disturbances = makeDisturbances();
  const requests: ServedRequest[] = [];
  const services: { readonly prefix: string; readonly run: Served }[] = [];
  /** Requests to services other than Keystone. */
  const load = { inFlight: 0, most: 0 };
  const port = given ?? (await freePort());
  let server: Server | undefined;
  const root = () => `http://127.0.0.1:${port}`;
  const uri = () => `${root()}/identity/v3`;

  const run = async (request: ServedRequest) => {
    const found = services.find(
      ({ prefix }) => request.path === prefix || request.path.startsWith(`${prefix}/`),
    );
    if (!found) return undefined;
    return found.run({ ...request, below: request.path.slice(found.prefix.length) });
  };

  const counted = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    if (incoming.url?.startsWith('/identity')) return answer(incoming, outgoing);
    load.inFlight += 1;
    load.most = Math.max(load.most, load.inFlight);
    return answer(incoming, outgoing).finally(() => {
      load.inFlight -= 1;
    });
  };

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const request = await readServed(incoming);
    requests.push(request);
    const disturbed = disturbances.of(request);
    if (disturbed?.how === 'lose') {
      incoming.socket.destroy();
      return;
    }
    const made =
      disturbed?.how === 'refuse'
        ? { ...refused(disturbed.status, 'Disturbed', 'disturbed by a test'), ...disturbed }
        : await run(request);
    if (disturbed?.how === 'lose-answer') {
      incoming.socket.destroy();
      return;
    }
    if (disturbed?.how === 'delay') await sleep(disturbed.ms);
    const { status, body, headers } = made ?? refused(404, 'Not Found', 'No such path.');
    outgoing.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    outgoing.end(body === undefined || body === '' ? '' : JSON.stringify(body));
  };

  /** Starts to listen, on the same port as before. */
  const start = async () => {
    const made = createServer((incoming, outgoing) => {
      counted(incoming, outgoing).catch(() => incoming.socket.destroy());
    });
    server = made;
    await new Promise<void>((done, failed) => {
      made.once('error', failed);
      made.listen(port, '127.0.0.1', done);
    });
  };

  /** Stops to listen, and closes every connection. Tokens and services are kept. */
  const stop = async () => {
    const running = server;
    server = undefined;
    if (!running) return;
    running.closeAllConnections();
    await new Promise<void>((done) => running.close(() => done()));
  };

  await start();
  services.push({ prefix: '/identity', run: makeKeystone({ tokens: keystone, catalog, uri }) });
  catalog.add('identity', `${root()}/identity`, 'keystone');
  const { id, secret } = keystone.credentialFor({
    user: 'doctor',
    project: 'service',
    roles: ['admin', 'member', 'reader', 'service'],
  });

  return {
    url: uri(),
    /** The text of the secret of the setting `cloud`, as an object. */
    secret: {
      auth_url: uri(),
      application_credential_id: id,
      application_credential_secret: secret,
      region_name: region,
    },
    keystone,
    catalog,
    /** All requests in the order in which they arrived, disturbed ones included. */
    requests,
    disturb: (disturbance: Disturbance) => disturbances.add(disturbance),
    calm: () => disturbances.clear(),
    /** How many requests to services other than Keystone were answered at the same time at most. */
    mostInFlight: () => load.most,
    /**
     * Adds a service below a path and, under its type, to the catalogue. Requests without a valid
     * token are refused before the service gets them.
     */
    serve: (type: string, prefix: string, version: string, service: Served) => {
      services.push({
        prefix,
        run: (request) =>
          keystone.good(request.headers['x-auth-token']) ? service(request) : unauthorized(uri()),
      });
      catalog.add(type, `${root()}${prefix}${version}`);
    },
    start,
    stop,
  };
}

export type StandIn = Awaited<ReturnType<typeof standIn>>;

async function readServed(incoming: IncomingMessage): Promise<ServedRequest> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(Buffer.from(part));
  const text = Buffer.concat(parts).toString('utf8');
  const url = new URL(incoming.url ?? '/', 'http://stand-in');
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, value?.toString()]),
  );
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    below: url.pathname,
    query: url.searchParams,
    headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
