/** The type of a command of the command line. */
import type { ParseArgsOptionsConfig } from 'node:util';
import type { Found } from './output.ts';
import type { Screen } from './progress.ts';
import type { CliSession } from './session.ts';

/** The options as they were given. */
export type Given = Readonly<Record<string, string | boolean | undefined>>;

/** A command of the command line. */
export type Command = {
  /** The words after `doctor`, as in the help. */
  readonly name: string;
  /** The command's options, and the name of its argument if it has one. */
  readonly usage: string;
  readonly does: string;
  readonly argument?: string;
  readonly options: ParseArgsOptionsConfig;
  readonly run: (
    session: CliSession,
    given: Given,
    argument: string,
    screen: Screen,
  ) => Promise<Found>;
};
