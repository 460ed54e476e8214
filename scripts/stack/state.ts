import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The repository's root, wherever the command was typed. */
export const root = resolve(import.meta.dirname, '../..');

/**
 * Where this stack keeps its log, its credentials and what it knows of itself.
 * `DOCTOR_STATE_DIR` gives a second stack a place of its own: `npm test` uses `.doctor/test`.
 */
export const stateDir = resolve(root, process.env.DOCTOR_STATE_DIR ?? '.doctor');

const file = join(stateDir, 'stack.json');

/** Where `cdk deploy` writes the stack's outputs. */
export const outputsFile = join(stateDir, 'outputs.json');

/** What we wrote down of a stack that we started. */
export type StackState = {
  /** The emulator's process, which leads a process group of its own. */
  pid: number;
  /** Tells our process from a stranger that got the same pid or port since. */
  instance: string;
  port: number;
  /** `http://localhost:<port>`: every AWS service. */
  endpoint: string;
  /** The emulator's data, removed with it. */
  dataDir: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** Hash of the assembly that is deployed; absent until a deployment succeeded. */
  deployed?: string;
  /** The CloudFormation outputs of the stack `Doctor`. */
  outputs?: Record<string, string>;
};

/** What is written of our stack; undefined where none was started or it was taken down. */
export function savedState(): StackState | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StackState;
  } catch {
    return undefined;
  }
}

export function saveState(state: StackState): void {
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(file, `${JSON.stringify(state, null, 2)}\n`);
}

export function forgetState(): void {
  for (const gone of [file, outputsFile]) rmSync(gone, { force: true });
}
