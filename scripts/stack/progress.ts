/**
 * Runs one long step and prints how many seconds it takes: one line that is redrawn in a terminal,
 * two lines in a log.
 */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const terminal = process.stdout.isTTY;
  if (!terminal) console.log(`${title} …`);
  const draw = () => process.stdout.write(`\r${title} … ${seconds()}`);
  const ticker = terminal ? setInterval(draw, 200) : undefined;
  const end = (how: string) => {
    clearInterval(ticker);
    console.log(`${terminal ? '\r' : ''}${title} … ${how} in ${seconds()}`);
  };
  try {
    const result = await work();
    end('done');
    return result;
  } catch (error) {
    end('failed');
    throw error;
  }
}

/** An error that the user can correct. It is printed without a stack trace. */
export class Refusal extends Error {
  /** The exit status: 2 for a wrong command line, else 1. */
  readonly status: 1 | 2;

  constructor(message: string, status: 1 | 2 = 1) {
    super(message);
    this.status = status;
  }
}

/**
 * The text to print for an error. An error that the user can correct, such as a full disk, has no
 * stack trace.
 */
function printable(error: unknown): unknown {
  if (error instanceof Refusal) return `\n${error.message}`;
  const full = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
  return full ? `\nThe disk is full: ${error.message}` : error;
}

/** Runs a command's `main` and exits with its status; after an error it prints a message and exits with 1. */
export async function run(main: () => Promise<number>): Promise<never> {
  try {
    process.exit(await main());
  } catch (error) {
    console.error(printable(error));
    process.exit(error instanceof Refusal ? error.status : 1);
  }
}
