/** Commands as a user types them, with a state directory and a port of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/stack/state.ts';

export type Spawned = {
  readonly child: ChildProcess;
  /** The command's output so far. */
  readonly output: () => string;
  /** Resolves when the command has printed a text; rejects if it ends before that. */
  readonly printed: (text: string) => Promise<void>;
  /** The command's exit status; null if a signal ended it. */
  readonly ended: Promise<number | null>;
};

/** A folder for a stack of one test. `using` removes it after the test. */
export function place(): { dir: string; env: Record<string, string> } & Disposable {
  const dir = mkdtempSync(join(tmpdir(), 'doctor-scripts-'));
  return {
    dir,
    env: { DOCTOR_STATE_DIR: dir, DOCTOR_PORT: '0' },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Runs a script in a child process. */
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

/** Another process that listens on a free port, or on a given one. */
export const otherProcess = (wanted = 0): Promise<OtherProcess> =>
  new Promise((done) => {
    const server = createServer();
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      done({ port, close: () => server.close(), alive: () => server.listening });
    });
  });
