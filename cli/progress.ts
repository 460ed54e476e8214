/**
 * The progress of a long command: one line that is redrawn on a terminal, or else a new line every
 * few seconds.
 */

/** Where progress is printed, and whether that is a terminal. */
export type Screen = { readonly err: (text: string) => void; readonly terminal: boolean };

/** The shortest time between two lines in milliseconds, on a terminal and in a log. */
const [redrawn, logged] = [100, 5_000];

const width = 30;

/** Counts the items that have ended, such as evacuated servers. */
export type Progress = {
  /** Counts one more item as ended. */
  readonly count: (ended: { readonly failed: boolean }) => void;
  /** Prints a text about one item, on a line of its own. */
  readonly note: (text: string) => void;
  /** Prints the final counts. */
  readonly end: () => void;
};

/** Makes a counter that ends at `total`; `now` is in milliseconds. */
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
