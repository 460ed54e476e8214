import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { Refusal } from '../stack/progress.ts';

export type CommandOptions = {
  readonly cwd?: string;
  /** The whole environment of the command; by default that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** The file to which the command's output is appended. */
  readonly log: string;
  /** The command is ended and counts as failed after this time. */
  readonly withinMs?: number;
};

/** How a command ended. The status is null if the command was ended because it took too long. */
export type Ended = { readonly code: number | null; readonly output: string };

/** Runs a command to its end. @throws Refusal that names the command if it does not exist. */
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

/** The last lines of a command's output, for the screen. */
export const lastLines = (output: string, count = 6): string =>
  output.trimEnd().split('\n').slice(-count).join('\n');

/** Runs a command that must succeed. Returns its output. */
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
