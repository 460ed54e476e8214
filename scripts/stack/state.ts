import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';

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
export const StackState = z.object({
  /** The emulator's process, which leads a process group of its own. */
  pid: z.int(),
  /** Tells our process from a stranger that got the same pid or port since. */
  instance: z.string(),
  port: z.int(),
  /** `http://localhost:<port>`: every AWS service. */
  endpoint: z.string(),
  /** The emulator's data, removed with it. */
  dataDir: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  /** Hash of the sources that are deployed; absent until a deployment succeeded. */
  deployed: z.string().optional(),
  /** The CloudFormation outputs of the stack `Doctor`. */
  outputs: z.record(z.string(), z.string()).optional(),
});
export type StackState = z.infer<typeof StackState>;

/** What is written of our stack; undefined where none was started or it was taken down. */
export function savedState(): StackState | undefined {
  try {
    return StackState.parse(JSON.parse(readFileSync(file, 'utf8')));
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
