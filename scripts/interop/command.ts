import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { Refusal } from '../stack/progress.ts';

export type CommandOptions = {
  readonly cwd?: string;
  /** The whole environment; left out, ours. */
  readonly env?: NodeJS.ProcessEnv;
  /** All that it prints is appended here. */
  readonly log: string;
  /** After this long it is ended and has failed. */
  readonly withinMs?: number;
};

/** How a command ended: null where it was ended for taking too long. */
export type Ended = { readonly code: number | null; readonly output: string };

/** Runs a command to its end. A command that is not there is a Refusal that names it. */
export async function run(
  command: string,
  args: readonly string[],
  { cwd, env = process.env, log, withinMs = 900_000 }: CommandOptions,
): Promise<Ended> {
  const file = createWriteStream(log, { flags: 'a' });
  file.write(`\n$ ${command} ${args.join(' ')}\n`);
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output.push(data);
      file.write(data);
    });
  }
  const limit = setTimeout(() => child.kill('SIGKILL'), withinMs);
  try {
    const code = await new Promise<number | null>((done, failed) => {
      child.once('error', (error) => failed(new Refusal(`${command}: ${error.message}`)));
      child.once('close', done);
    });
    return { code, output: Buffer.concat(output).toString() };
  } finally {
    clearTimeout(limit);
    file.end();
  }
}

/** The end of what a command said, for the screen. */
export const lastLines = (output: string, count = 6): string =>
  output.trimEnd().split('\n').slice(-count).join('\n');

/** Runs a command that must succeed; what it printed. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<string> {
  const { code, output } = await run(command, args, options);
  if (code === 0) return output;
  const how = code === null ? 'took too long' : `ended with ${code}`;
  throw new Refusal(`${command} ${how}:\n${lastLines(output)}\nAll of it: ${options.log}`);
}
