/** Commands as a user types them, with a state directory and a port of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/stack/state.ts';

export type Spawned = {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly output: () => string;
  /** Resolves when it has printed something; rejects if it ends first. */
  readonly printed: (text: string) => Promise<void>;
  /** Its exit status; null if a signal ended it. */
  readonly ended: Promise<number | null>;
};

/** A place for a stack of the test's own; removed after the test by `using`. */
export function place(): { dir: string; env: Record<string, string> } & Disposable {
  const dir = mkdtempSync(join(tmpdir(), 'doctor-scripts-'));
  return {
    dir,
    env: { DOCTOR_STATE_DIR: dir, DOCTOR_PORT: '0' },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Runs a command of ours in a process of its own. */
export function run(
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
): Spawned {
  const [file, ...args] = command;
  const child = spawn(file, args, { cwd: root, env: { ...process.env, ...env } });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += data;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return {
    child,
    output: () => output,
    ended,
    printed: (text) =>
      new Promise((done, failed) => {
        const look = () => output.includes(text) && done();
        listeners.add(look);
        look();
        ended.then((code) => failed(new Error(`ended with ${code} before "${text}":\n${output}`)));
      }),
  };
}

type OtherProcess = { port: number; close: () => void; alive: () => boolean };

/** Another process, listening on a port of its own, or on a given one. */
export const otherProcess = (wanted = 0): Promise<OtherProcess> =>
  new Promise((done) => {
    const server = createServer();
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      done({ port, close: () => server.close(), alive: () => server.listening });
    });
  });
