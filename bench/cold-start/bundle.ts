import { execSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { built, bundling, files, onDemand, replaced } from '../../infra/bundling.ts';
import { root } from '../../scripts/stack/state.ts';

/** The names of all functions: the folders of `functions/`. */
export const functionNames: readonly string[] = readdirSync(join(root, 'functions')).filter(
  (name) => !name.includes('.'),
);

/** A function's bundle, as `infra/` makes it. */
export type Bundle = {
  readonly bytes: number;
  readonly text: string;
  /** The files that it has code of, by their paths from the root. */
  readonly inputs: readonly string[];
};

/** Bundles a function as `NodejsFunction` does. */
export async function bundle(name: string): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    entryPoints: [join(root, 'functions', name, 'index.ts')],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: bundling.format,
    target: bundling.target,
    minify: bundling.minify,
    mainFields: bundling.mainFields,
    external: bundling.externalModules,
    define: bundling.define,
    alias: replaced,
  });
  return {
    bytes: outputFiles.reduce((sum, { contents }) => sum + contents.length, 0),
    text: outputFiles.map(({ text }) => text).join(''),
    inputs: Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) =>
        bytesInOutput > 0 ? file : [],
      ),
    ),
  };
}

/** Writes a bundle to a file, and beside it what `besideBundle` puts there. */
export async function write(name: string, { text }: Bundle, file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  for (const each of files[name] ?? []) {
    copyFileSync(join(root, each), join(dirname(file), basename(each)));
  }
  const command = built[name]?.(root, dirname(file));
  if (command) execSync(command, { stdio: 'inherit' });
  for (const pack of onDemand[name] ?? []) {
    await build({
      entryPoints: [pack],
      absWorkingDir: root,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      outfile: join(dirname(file), 'node_modules', pack, 'index.js'),
    });
  }
}
