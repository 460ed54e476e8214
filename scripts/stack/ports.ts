/** Ports of 127.0.0.1 for servers of this machine. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { Refusal } from './progress.ts';

/**
 * The first port that Linux gives to outgoing connections (net.ipv4.ip_local_port_range); others
 * begin higher.
 */
export const firstOutgoing = 32_768;

/** True if no process listens on the port of 127.0.0.1. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });

/** A port from 20,000 up to, not including, `end`, that meets the condition. */
async function findPort(end: number, fits: (port: number) => Promise<boolean>): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(20_000, end);
    if (await fits(port)) return port;
  }
  throw new Refusal('No free port on 127.0.0.1.');
}

/**
 * A free port for a server that may start later, or again. The system never gives such a port to an
 * outgoing connection.
 * @throws Refusal if there is none.
 */
export const freePort = (): Promise<number> => findPort(firstOutgoing, isFree);

/**
 * The distance from an emulator's port to that of its Prometheus. The usual ports are 4566 and
 * 9090.
 */
const toPrometheus = 9090 - 4566;

/** The port of an emulator's Prometheus. Each of several stacks has its own. */
export const prometheusPort = (emulator: number): number => {
  const port = emulator + toPrometheus;
  return port > 65_535 ? port - 20_000 : port;
};

/** A free port for an emulator, for which the port of its Prometheus is free too. */
const freeStackPort = (): Promise<number> =>
  findPort(
    firstOutgoing - toPrometheus,
    async (port) => (await isFree(port)) && (await isFree(prometheusPort(port))),
  );

/** The port for a new stack: the requested one, or a free one for 0 or if another process uses it. */
export async function choosePort(requested: number): Promise<number> {
  if (requested === 0) return freeStackPort();
  if (await isFree(requested)) return requested;
  const free = await freeStackPort();
  console.log(`Port ${requested} is in use by another process: taking ${free}.`);
  return free;
}
