/** The folders into which the other programs are installed, and how each is installed only once. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from '../stack/state.ts';

/** The folder of everything that is installed; git ignores it. */
export const installed = join(root, '.interop');

/** The folder of the test's own programs and configuration. */
export const here = join(root, 'test/interop');

/** Does the work again only if what it depends on has changed. */
export async function once(folder: string, of: readonly string[], work: () => Promise<void>) {
  const marker = join(folder, '.installed');
  const wanted = createHash('sha256').update(of.join('\0')).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await work();
  writeFileSync(marker, wanted);
}

/** A `PATH` that begins with this folder. */
export const pathWith = (folder: string): string => [folder, process.env.PATH].join(delimiter);
