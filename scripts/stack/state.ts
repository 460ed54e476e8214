import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import * as z from 'zod';
import { Refusal } from './progress.ts';

/** The repository's root, wherever the command was typed. */
export const root = resolve(import.meta.dirname, '../..');

/**
 * The folder of this stack's log, credentials and record. `DOCTOR_STATE_DIR` gives a second stack
 * another folder: `npm test` uses `.doctor/test`.
 */
export const stateDir = resolve(root, process.env.DOCTOR_STATE_DIR ?? '.doctor');

const file = join(stateDir, 'stack.json');

/** Where `cdk deploy` writes the stack's outputs. */
export const outputsFile = join(stateDir, 'outputs.json');

/** The record of a stack that a script started. */
export const StackState = z.object({
  /** The emulator's process, which leads its own process group. */
  pid: z.int(),
  /** Distinguishes the stack's process from a later one with the same pid or port. */
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
 * The record of the stack; undefined if no stack was started, or it was discarded. @throws Refusal
 * if the file cannot be read, because a stack may be running.
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

/** Writes a file atomically. */
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
