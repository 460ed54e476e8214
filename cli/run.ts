/** Reads a command line and runs its command. */
import { buffer } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import type { Command } from './command.ts';
import { commands } from './commands.ts';
import { printed } from './output.ts';
import type { Screen } from './progress.ts';
import { report, reportDoes } from './report/report.ts';
import { type CliVariables, Failure, logIn, Misuse } from './session.ts';

/** Where the command prints. */
export type Streams = Screen & { readonly out: (text: string) => void };

const shared = {
  help: { type: 'boolean', short: 'h' },
  format: { type: 'string', short: 'f' },
} as const;

const overview = (): string => `Usage: doctor COMMAND [--format table|json] [--help]

Commands:
${[...commands, { name: 'report', does: reportDoes }]
  .map(({ name, does }) => `  ${name.padEnd(15)} ${does}`)
  .join('\n')}

The login is read from the same variables as by OpenStack's tools: OS_AUTH_URL, OS_USERNAME,
OS_PASSWORD, OS_PROJECT_NAME and so on.
Exit status: 0 done, 1 refused or not reachable, 2 wrong command line or environment.
`;

const helpOf = ({ name, usage, does }: Command): string =>
  `Usage: doctor ${name} ${usage ? `${usage} ` : ''}[--format table|json]\n\n${does}\n`;

/**
 * The command at the start of the line, and the rest of the line; undefined if the line begins with
 * no command.
 */
function commandOf(args: readonly string[]): { command: Command; rest: string[] } | undefined {
  for (const words of [1, 2]) {
    const name = args.slice(0, words).join(' ');
    const command = commands.find((each) => each.name === name);
    if (command) return { command, rest: args.slice(words) };
  }
  return undefined;
}

/** Reads the options and the argument. @throws Misuse if the command does not take them. */
function read(command: Command, args: string[]) {
  const { values, positionals } = parsed(command, args);
  const { help, format = 'table', ...given } = values;
  if (help === true) return { help: true } as const;
  if (format !== 'table' && format !== 'json') throw new Misuse('--format is table or json.');
  const [argument = '', ...more] = positionals;
  if (command.argument !== undefined && argument === '')
    throw new Misuse(`${command.argument} is missing.`);
  const odd = command.argument === undefined ? positionals[0] : more[0];
  if (odd !== undefined) throw new Misuse(`Unexpected argument: ${odd}`);
  return { help: false, given, format, argument } as const;
}

const Values = z.record(z.string(), z.union([z.string(), z.boolean()]).optional());

function parsed(command: Command, args: string[]) {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { ...shared, ...command.options },
      allowPositionals: true,
      strict: true,
    });
    return { values: Values.parse(values), positionals };
  } catch (error) {
    throw new Misuse(error instanceof Error ? error.message : String(error));
  }
}

/** Runs a command line; returns the exit status. `input` reads standard input, for `report`. */
export async function runCommandLine(
  args: readonly string[],
  env: CliVariables,
  streams: Streams,
  input = async () => new Uint8Array(await buffer(process.stdin)),
): Promise<number> {
  // `report` has its own options and its own credential, because monitors run it, not users.
  if (args[0] === 'report') return report(args.slice(1), env, streams, input);
  const found = commandOf(args);
  if (!found) {
    const asked = args.some((arg) => ['--help', '-h', 'help'].includes(arg));
    (asked ? streams.out : streams.err)(overview());
    return asked ? 0 : 2;
  }
  const { command, rest } = found;
  try {
    const line = read(command, rest);
    if (line.help) {
      streams.out(helpOf(command));
      return 0;
    }
    const shown = await command.run(await logIn(env), line.given, line.argument, streams);
    streams.out(printed(shown, line.format));
    return shown.failed ? 1 : 0;
  } catch (error) {
    if (error instanceof Misuse) {
      streams.err(`doctor ${command.name}: ${error.message}\n${helpOf(command)}`);
      return 2;
    }
    if (error instanceof Failure) {
      streams.err(`doctor ${command.name}: ${error.message}\n`);
      return 1;
    }
    if (error instanceof z.ZodError) {
      streams.err(
        `doctor ${command.name}: the answer does not have the form of Doctor's answers.\n`,
      );
      return 1;
    }
    throw error;
  }
}
