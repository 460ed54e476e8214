import { bringUp, type Keep, type Stack, takeDown } from './bring-up.ts';
import { keptName } from './kept.ts';

export type Up = {
  readonly stack: Stack;
  /** It was up before: whoever started it stops it. */
  readonly reused: boolean;
};

/** Resolves when the user or the system wants us to end, or whoever started us is gone. */
function interruption(): Promise<void> {
  const parent = process.ppid;
  return new Promise((interrupted) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => interrupted()); // stays on: a second Ctrl-C must not stop the cleaning up
    }
    // A shell between npm and us may die of the signal and not pass it on.
    setInterval(() => process.ppid !== parent && interrupted(), 500).unref();
  });
}

/**
 * Does something with the stack, and takes it down again unless it was up before: after success,
 * failure and interruption alike. Undefined if interrupted. Unless its data is to be kept, a new
 * stack is for this once, and leaves nothing.
 */
export async function withStack<T>(
  port: number,
  use: (up: Up, interrupted: Promise<void>) => Promise<T>,
  keep: Keep = 'nothing',
): Promise<T | undefined> {
  const interrupted = interruption();
  const starting = bringUp(port, keep);
  const work = starting.then((up) => use(up, interrupted));
  work.catch(() => {}); // may fail of the interruption, when nobody waits for it any more
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
