/** How far a long command is: a line that is drawn over on a terminal, else a line now and then. */

/** Where progress is told, and whether that is a terminal. */
export type Screen = { readonly err: (text: string) => void; readonly terminal: boolean };

/** At most so often, in milliseconds: people look often, log files are read later. */
const [redrawn, logged] = [100, 5_000];

const width = 30;

export type Progress = {
  /** One more has ended. */
  readonly count: (ended: { readonly failed: boolean }) => void;
  /** Tells the end of it. */
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
    end: () => err(terminal ? `${bar()}\n` : `${line()}\n`),
  };
}
