import type { Client } from '../stack/api.ts';
import type { Stack } from '../stack/bring-up.ts';

/** What a program finds when it runs. */
export type World = {
  /** The administrator of the stack. */
  readonly admin: Client;
  /** The stack that it runs on. */
  readonly stack: Stack;
  /** `OS_…` of the administrator, for the program's environment or configuration. */
  readonly account: Readonly<Record<string, string>>;
  /** The program's own empty folder. */
  readonly folder: string;
  /** Where what it prints is kept. */
  readonly log: string;
  /** Variables that have its requests go through the recorder; empty: nothing is recorded. */
  readonly proxy: Readonly<Record<string, string>>;
  /** What the run made, by the name that it has in a recording; `hostToLeave` writes it. */
  readonly names: Record<string, string>;
};

/** A program of others that is run unmodified. */
export type Program = {
  readonly name: string;
  /** One line on what it does, for `--list`. */
  readonly does: string;
  /** What must be on the machine beside Node and Python, as a user would name it; empty: nothing. */
  readonly needs: string;
  /** The setting of the stack that it runs on: what `os-services` does to a host's servers. */
  readonly instancesOnForceDown: 'stop' | 'leave';
  /** The variable that says where it is, where no registry has it; it runs only if that is set. */
  readonly variable?: string;
  /** True if only root can run it. */
  readonly asRoot?: true;
  /** What `--record` keeps of it; left out, nothing. `moves`: its server is elsewhere in the end. */
  readonly recording?: { readonly down: boolean; readonly moves: boolean };
  /** Gets it from its registry, if it is not there. `log` takes what that prints. */
  readonly install: (log: string) => Promise<void>;
  /** Runs it and looks at what came of it; what to say of a success. Throws where it failed. */
  readonly run: (world: World) => Promise<string>;
};
