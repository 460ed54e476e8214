import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as z from 'zod';
import { Refusal } from './progress.ts';
import { rowFormat } from './row-format.ts';
import { root, stateDir, writeWhole } from './state.ts';

/**
 * The data that the embedded stack keeps when its process ends. The process itself writes it
 * (`keeper/`), before it answers a caller.
 */
export const keptDir = join(stateDir, 'data');

/** The same folder, as a user would type it in the clone. */
export const keptName = keptDir.startsWith(root) ? relative(root, keptDir) : keptDir;

const rowsFile = join(keptDir, 'rows.json');
const Rows = z.object({ rowFormat: z.int() });

/** True if there is kept data of a stack. A stack that `npm test` starts keeps none. */
export const isKept = (): boolean => existsSync(keptDir);

/** The instance that uses the data, or used it last; undefined if no instance has used it. */
export function userOfKept(): string | undefined {
  const lock = join(keptDir, 'lock');
  const name = existsSync(lock) ? readFileSync(lock, 'utf8') : '';
  return /^doctor-stack-[0-9a-f]+$/.test(name) ? name : undefined;
}

export const discardKept = (): void => rmSync(keptDir, { recursive: true, force: true });

/** Records the format of the rows. It is called after the code that writes them is deployed. */
export function noteRowFormat(): void {
  writeWhole(rowsFile, `${JSON.stringify({ rowFormat })}\n`);
}

/** @throws Refusal if the present code cannot read the rows. */
export function checkRowFormat(): void {
  if (!existsSync(rowsFile)) return;
  const kept = Rows.safeParse(JSON.parse(readFileSync(rowsFile, 'utf8')));
  if (kept.data?.rowFormat === rowFormat) return;
  throw new Refusal(
    `The rows in ${keptName} are of format ${kept.data?.rowFormat}, and this code reads format ${rowFormat}.\n` +
      'Nothing was changed. Go back to the code that wrote them, or delete them with\n' +
      '"npm run down -- --discard".',
  );
}

const Status = z.object({
  /** Why the data cannot be written; null if it can. */
  problem: z.string().nullable(),
  journalBytes: z.int(),
  snapshot: z.int().nullable(),
});
type Status = z.infer<typeof Status>;

/** Sends a request to the keeper. Undefined if it does not answer in time. */
async function ask(url: string, method: 'GET' | 'POST', ms: number): Promise<Status | undefined> {
  try {
    const response = await fetch(url, { method, signal: AbortSignal.timeout(ms) });
    return Status.parse(await response.json());
  } catch {
    return undefined;
  }
}

/** Delays snapshots until `save`, so that a deployment is kept as a whole or not at all. */
export async function holdSnapshots(endpoint: string): Promise<void> {
  await ask(`${endpoint}/_doctor/kept/hold`, 'POST', 60_000);
}

/**
 * Takes a snapshot, and returns when it is on disk. @throws Refusal that says why it cannot be
 * saved.
 */
export async function save(endpoint: string): Promise<void> {
  const status = await ask(`${endpoint}/_doctor/kept/save`, 'POST', 600_000);
  if (status?.problem === null) return;
  throw new Refusal(
    `The stack's data could not be saved in ${keptName}: ${status?.problem ?? 'the stack does not answer'}.\n` +
      'Mend that and try again. "npm run down -- --discard" stops the stack and deletes its data.',
  );
}

/** Why a stack's data cannot be written at present; null if it can, or if the stack does not answer. */
export async function problemOf(endpoint: string): Promise<string | null> {
  return (await ask(`${endpoint}/_doctor/kept`, 'GET', 5000))?.problem ?? null;
}
