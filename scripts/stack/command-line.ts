import { parseArgs } from 'node:util';
import { Refusal } from './progress.ts';

/** The flags that a script may have. */
export type Flags = Readonly<Record<string, boolean>>;

/**
 * Reads a command line that has only flags, such as `--discard`. With `--help` it prints the usage
 * and ends the process with 0. @throws Refusal with the usage for anything else.
 */
export function flags(usage: string, allowed: readonly string[] = []): Flags {
  const options = Object.fromEntries(
    ['help', ...allowed].map((name) => [name, { type: 'boolean' } as const]),
  );
  const values = read(usage, options);
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  return Object.fromEntries(allowed.map((name) => [name, values[name] === true]));
}

function read(usage: string, options: Record<string, { type: 'boolean' }>) {
  try {
    return parseArgs({ options, allowPositionals: false }).values;
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2);
  }
}
