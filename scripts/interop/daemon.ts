import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from '../stack/progress.ts';

/** A program that runs until it is ended. */
export type Daemon = {
  /**
   * Ends the program, by default with SIGTERM, and waits for its end. The program may have ended
   * before.
   */
  readonly end: (signal?: NodeJS.Signals) => Promise<void>;
  readonly signal: (signal: NodeJS.Signals) => void;
};

export type DaemonOptions = {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** The file to which the program's output is appended. */
  readonly log: string;
};

/** Starts a program in the background. */
export function startDaemon(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, log }: DaemonOptions,
): Daemon {
  const output = openSync(log, 'a');
  const child: ChildProcess = spawn(command, args, { cwd, env, stdio: ['ignore', output, output] });
  // This process ends the program when it exits, even after an error.
  const endWithUs = () => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const ended = new Promise<void>((done) => {
    child.once('close', () => done());
    child.once('error', () => done());
  });
  return {
    signal: (signal) => void child.kill(signal),
    end: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await ended;
      process.off('exit', endWithUs);
    },
  };
}

/**
 * Asks repeatedly until the answer is neither undefined nor false, and returns it. A request that
 * fails counts as no answer.
 * @throws Refusal after `withinMs`, which names `what` was expected.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  withinMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (let problem = ''; ; await sleep(100)) {
    const answer = await ask().catch((error: unknown) => {
      problem = ` (${error instanceof Error ? error.message : error})`;
      return undefined;
    });
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline)
      throw new Refusal(`not within ${withinMs / 1000} s: ${what}${problem}`);
  }
}
