/** Bundles the functions, each with what it needs beside its bundle. */
import { execSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile, transform } from 'esbuild';
import { built, bundling, files, onDemand } from './bundling.ts';
import { lean } from './lean-modules.ts';
import { pureConstants } from './unused-constants.ts';

const root = join(import.meta.dirname, '..');

/** The files of the functions, without those of packages. */
const ownFiles = new RegExp(`^${root}/(adapters|dialects|domain|flows|functions)/`);

/** The names of all functions: the folders of `functions/`. */
export const functionNames: readonly string[] = readdirSync(join(root, 'functions')).filter(
  (name) => !name.includes('.'),
);

/** A file of a bundle. */
export type BundleFile = { readonly name: string; readonly text: string };

/** A function's bundle, as `infra/` makes it. */
export type Bundle = {
  /** The names of the lean modules that stand in for files of packages. */
  readonly leftOut: ReadonlySet<string>;
  /** What the function loads when it starts: `index.js` first, then what it requires. */
  readonly atStart: readonly BundleFile[];
  /** What it loads later, with the first request that needs it. */
  readonly later: readonly BundleFile[];
  /** The files whose code is in the bundle, as paths from the repository's root. */
  readonly inputs: readonly string[];
};

/** The bytes of the files of a bundle. */
export const bytesOf = (files: readonly BundleFile[]): number =>
  files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);

/** Bundles a function, as it is deployed. */
export async function bundle(name: string): Promise<Bundle> {
  const leftOut = new Set<string>();
  const { metafile, outputFiles } = await build({
    ...bundling,
    entryPoints: { index: join(root, 'functions', name, 'index.ts') },
    absWorkingDir: root,
    outdir: '.',
    bundle: true,
    write: false,
    metafile: true,
    // Only ES modules are split: what is loaded with `import()` gets files of its own.
    format: 'esm',
    splitting: true,
    plugins: [lean((each) => leftOut.add(each)), pureConstants(ownFiles)],
  });
  const files = new Map(
    await Promise.all(
      outputFiles.map(async ({ path, text }) => [basename(path), await required(text)] as const),
    ),
  );
  const started = namesAtStart(metafile);
  const filesOf = (names: Iterable<string>): BundleFile[] =>
    [...names].map((each) => ({ name: each, text: files.get(each) ?? '' }));
  return {
    leftOut,
    atStart: filesOf(started),
    later: filesOf([...files.keys()].filter((each) => !started.has(each))),
    inputs: Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) =>
        bytesInOutput > 0 ? file : [],
      ),
    ),
  };
}

/** An ES module as CommonJS: Node starts with it sooner (docs/adr/0061). */
async function required(text: string): Promise<string> {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: bundling.platform,
    target: bundling.target,
    minify: bundling.minify,
    supported: { 'dynamic-import': false },
  });
  return code;
}

/** The names of the files that `index.js` imports, itself included. */
function namesAtStart({ outputs }: Metafile): ReadonlySet<string> {
  const names = new Set<string>();
  const follow = (name: string): void => {
    if (names.has(name)) return;
    names.add(name);
    for (const { path, kind, external } of outputs[name]?.imports ?? []) {
      if (kind === 'import-statement' && !external) follow(path);
    }
  };
  follow('index.js');
  return names;
}

/**
 * Writes a bundle into a folder, and beside it the packages that it loads on demand, its files, and the
 * files that are built for it.
 */
export async function write(name: string, made: Bundle, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const file of [...made.atStart, ...made.later]) {
    writeFileSync(join(folder, file.name), file.text);
  }
  for (const each of files[name] ?? []) {
    copyFileSync(join(root, each), join(folder, basename(each)));
  }
  const command = built[name]?.(root, folder);
  if (command) execSync(command, { stdio: 'inherit' });
  for (const pack of onDemand[name] ?? []) {
    await build({
      entryPoints: [pack],
      absWorkingDir: root,
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      outfile: join(folder, 'node_modules', pack, 'index.js'),
    });
  }
}
