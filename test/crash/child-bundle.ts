import { join } from 'node:path';
import { once } from 'es-toolkit';
import { build } from 'esbuild';
import { root } from '../../scripts/stack/state.ts';

/** Within the repository, because the bundle loads some packages only when it needs them. */
const outdir = join(root, '.doctor/crash-child');

/**
 * Bundles `child.ts`, once in each process of tests: a process that starts with hundreds of modules
 * takes twice as long. @returns the path of the bundle.
 */
export const childBundle = once(async (): Promise<string> => {
  await build({
    entryPoints: [join(import.meta.dirname, 'child.ts')],
    outdir,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    // Packages in the form of CommonJS load Node's modules with `require`.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
  });
  return join(outdir, 'child.mjs');
});
