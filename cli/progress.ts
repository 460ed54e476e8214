/** The progress of a long command: a line that is redrawn on a terminal, else a line now and then. */

/** Where progress is printed, and whether that is a terminal. */
export type Screen = { readonly err: (text: string) => void; readonly terminal: boolean };

/** The shortest time between two lines in milliseconds, on a terminal and in a log. */
const [redrawn, logged] = [100, 5_000];

const width = 30;

/** Counts what has ended. */
export type Progress = {
  /** Counts one more. */
  readonly count: (ended: { readonly failed: boolean }) => void;
  /** Prints what is known of one of them, on a line of its own. */
  readonly note: (text: string) => void;
  /** Prints the final counts. */
  readonly end: () => void;
};

/** Counts up to `total`; `now` is in milliseconds. */
export function progressOf(
  { err, terminal }: Screen,
  total: number,
  now: () => number = Date.now,
): Progress {
  const counts = { ended: 0, failed: 0 };
  let last = now();
  const line = (): string => `${counts.ended} of ${total} servers, ${counts.failed} failed`;
  const bar = (): string => {
    const full = total === 0 ? width : Math.floor((counts.ended / total) * width);
    return `\r[${'#'.repeat(full)}${' '.repeat(width - full)}] ${line()}`;
  };
  return {
    count: ({ failed }) => {
      counts.ended++;
      if (failed) counts.failed++;
      if (now() - last < (terminal ? redrawn : logged)) return;
      last = now();
      err(terminal ? bar() : `${line()}\n`);
    },
    note: (text) => err(terminal ? `\r${text.padEnd(width + 40)}\n${bar()}` : `${text}\n`),
    end: () => err(terminal ? `${bar()}\n` : `${line()}\n`),
  };
}
