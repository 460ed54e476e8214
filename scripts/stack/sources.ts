/** What a deployment is made of, and the bundles of functions that are kept for it. */
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { files } from '../../infra/bundling.ts';

/** All sources of the deployed assembly. */
const sources = '{adapters,console,dialects,domain,events,flows,functions,infra}/**/*';

/** Files from elsewhere that lie beside the bundles. */
const besideBundles = Object.values(files).flat();

/**
 * A hash of the sources of the assembly. It takes a hundredth of the time of making them.
 * @param root The folder of the checkout.
 */
export function sourcesHash(root: string): string {
  const sourceFiles = globSync(sources, { cwd: root })
    .filter((file) => statSync(join(root, file)).isFile())
    .sort();
  const hash = createHash('sha256');
  for (const file of ['package-lock.json', 'cdk.json', ...besideBundles, ...sourceFiles]) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Folders of bundles that are kept: those of a change, and of the state before it. */
const mostKept = 3;

/**
 * The folder of the bundles of the sources as they are now, for all stacks of a checkout. Those that were
 * made the longest ago are deleted.
 */
export function bundlesFolder(root: string): string {
  const bundles = join(root, '.doctor/bundles');
  const folder = join(bundles, sourcesHash(root));
  mkdirSync(folder, { recursive: true });
  const all = readdirSync(bundles).map((name) => {
    const path = join(bundles, name);
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return { path, made: path === folder ? Number.POSITIVE_INFINITY : made };
  });
  const old = all.sort((a, b) => b.made - a.made).slice(mostKept);
  for (const { path } of old) rmSync(path, { recursive: true, force: true });
  return folder;
}
