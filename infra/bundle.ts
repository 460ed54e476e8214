/** Bundles the functions, each with what it needs beside its bundle. */
import { execSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { built, bundling, files, onDemand, replaced } from './bundling.ts';
import { lean } from './lean-modules.ts';

const root = join(import.meta.dirname, '..');

/** The names of all functions: the folders of `functions/`. */
export const functionNames: readonly string[] = readdirSync(join(root, 'functions')).filter(
  (name) => !name.includes('.'),
);

/** A function's bundle, as `infra/` makes it. */
export type Bundle = {
  /** The names of the lean modules that stand in for files of packages. */
  readonly leftOut: ReadonlySet<string>;
  readonly bytes: number;
  readonly text: string;
  /** The files whose code is in the bundle, as paths from the repository's root. */
  readonly inputs: readonly string[];
};

/** Bundles a function, as it is deployed. */
export async function bundle(name: string): Promise<Bundle> {
  const leftOut = new Set<string>();
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
    plugins: [lean((each) => leftOut.add(each))],
  });
  return {
    leftOut,
    bytes: outputFiles.reduce((sum, { contents }) => sum + contents.length, 0),
    text: outputFiles.map(({ text }) => text).join(''),
    inputs: Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) =>
        bytesInOutput > 0 ? file : [],
      ),
    ),
  };
}

/**
 * Writes a bundle to a file, and beside it the packages that it loads on demand, its files, and the
 * files that are built for it.
 */
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
