import type { Client } from '../stack/api.ts';
import type { Stack } from '../stack/bring-up.ts';

/** What a program gets when it runs. */
export type World = {
  /** The administrator of the stack. */
  readonly admin: Client;
  /** The stack on which the program runs. */
  readonly stack: Stack;
  /** `OS_…` of the administrator, for the program's environment or configuration. */
  readonly account: Readonly<Record<string, string>>;
  /** The program's own empty folder. */
  readonly folder: string;
  /** The log file of the program's output. */
  readonly log: string;
  /** Variables that send the program's requests through the recorder; empty: nothing is recorded. */
  readonly proxy: Readonly<Record<string, string>>;
  /**
   * The hosts and servers that the run created, by their names in the recording. `hostToLeave`
   * fills it.
   */
  readonly names: Record<string, string>;
};

/** A program of another project that is run unmodified. */
export type Program = {
  readonly name: string;
  /** One line that says what the program does, for `--list`. */
  readonly does: string;
  /** What must be on the machine beside Node and Python, as a user would name it; empty: nothing. */
  readonly needs: string;
  /** The setting that the stack needs for this program: what `os-services` does to a host's servers. */
  readonly instancesOnForceDown: 'stop' | 'leave';
  /**
   * The variable with the program's path, for a program that is in no registry. The program runs
   * only if it is set.
   */
  readonly variable?: string;
  /** True if only root can run it. */
  readonly asRoot?: true;
  /**
   * What `--record` keeps of the run; left out: nothing. `moves`: at the end the server is on
   * another host.
   */
  readonly recording?: { readonly down: boolean; readonly moves: boolean };
  /**
   * Installs the program from its registry, if that was not done before. The output goes to the
   * file `log`.
   */
  readonly install: (log: string) => Promise<void>;
  /**
   * Runs the program and checks the result. Returns a text about the success. @throws Error if it
   * failed.
   */
  readonly run: (world: World) => Promise<string>;
};
