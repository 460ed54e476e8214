import { bringUp, type Keep, type Stack, takeDown } from './bring-up.ts';
import { keptName } from './kept.ts';

/** A stack that is up. */
export type Up = {
  readonly stack: Stack;
  /** True if the stack was up before. Then it is not stopped. */
  readonly reused: boolean;
};

/** Resolves when this process gets a signal to end, or when its parent process has ended. */
function interruption(): Promise<void> {
  const parent = process.ppid;
  return new Promise((interrupted) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => interrupted()); // `on`, not `once`: a second Ctrl-C must not interrupt the clean-up
    }
    // A shell between npm and this process may end at the signal without passing it on.
    setInterval(() => process.ppid !== parent && interrupted(), 500).unref();
  });
}

/**
 * Calls `use` with a running stack. After success, an error or an interruption it stops the stack,
 * unless the stack was up before. A new stack leaves no data unless `keep` says otherwise.
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
  work.catch(() => {}); // after an interruption nothing awaits `work`, and it may still fail
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
