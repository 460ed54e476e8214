import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import * as z from 'zod';
import { Refusal } from './progress.ts';

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
  /** Distinguishes our process from another that got the same pid or port since. */
  instance: z.string(),
  port: z.int(),
  /** `http://localhost:<port>`: every AWS service. */
  endpoint: z.string(),
  /** The emulator's working files, removed with its process. What is kept is in `kept.ts`. */
  dataDir: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  /** Hash of the sources that are deployed; absent until a deployment succeeded. */
  deployed: z.string().optional(),
  /** The CloudFormation outputs of the stack `Doctor`. */
  outputs: z.record(z.string(), z.string()).optional(),
});
export type StackState = z.infer<typeof StackState>;

/**
 * What is written of our stack; undefined where none was started or it was discarded. Refuses a file
 * that cannot be read: to take it for no stack would abandon one.
 */
export function savedState(): StackState | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return StackState.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new Refusal(
      `${relative(root, file)} cannot be read, so it is not known whether a stack is up.\n` +
        '"npm run down -- --discard" deletes the stack with its data.',
    );
  }
}

/** Writes a file whole or not at all. */
export function writeWhole(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text, { mode, flush: true });
  renameSync(`${path}.new`, path);
}

export function saveState(state: StackState): void {
  writeWhole(file, `${JSON.stringify(state, null, 2)}\n`);
}

export function forgetState(): void {
  for (const gone of [file, outputsFile]) rmSync(gone, { force: true });
}
