import { bringUp, type Keep, type Stack, takeDown } from './bring-up.ts';
import { keptName } from './kept.ts';

/** A stack that is up. */
export type Up = {
  readonly stack: Stack;
  /** True if it was up before; then it is left up. */
  readonly reused: boolean;
};

/** Resolves at a signal to end, or when the parent process has ended. */
function interruption(): Promise<void> {
  const parent = process.ppid;
  return new Promise((interrupted) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => interrupted()); // stays on: a second Ctrl-C must not stop the cleaning up
    }
    // A shell between npm and this process may end at the signal without passing it on.
    setInterval(() => process.ppid !== parent && interrupted(), 500).unref();
  });
}

/**
 * Uses the stack, and takes it down again unless it was up before: after success, an error or an
 * interruption. A new stack leaves no data unless `keep` is `data`.
 * @returns undefined after an interruption.
 */
export async function withStack<T>(
  port: number,
  use: (up: Up, interrupted: Promise<void>) => Promise<T>,
  keep: Keep = 'nothing',
): Promise<T | undefined> {
  const interrupted = interruption();
  const starting = bringUp(port, keep);
  const work = starting.then((up) => use(up, interrupted));
  work.catch(() => {}); // after an interruption it may fail, and nothing awaits it any more
  try {
    return await Promise.race([work, interrupted.then(() => undefined)]);
  } finally {
    const up = await starting.catch(() => undefined);
    if (up && !up.reused) {
      const { data } = await takeDown({ discard: false });
      console.log(
        `\nThe stack is down.${data === 'kept' ? ` Its data is kept in ${keptName}.` : ''}`,
      );
    }
  }
}
