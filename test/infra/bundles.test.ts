import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { bundling } from '../../infra/bundling.ts';

const root = join(import.meta.dirname, '../..');
const functions = readdirSync(join(root, 'functions')).filter((name) => !name.includes('.'));

/** A function's bundle, made as `NodejsFunction` makes it. */
async function bundle(name: string): Promise<{ bytes: number; inputs: readonly string[] }> {
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
  });
  return {
    bytes: outputFiles.reduce((sum, { contents }) => sum + contents.length, 0),
    inputs: Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) =>
        bytesInOutput > 0 ? file : [],
      ),
    ),
  };
}

test('there are functions to measure', () => {
  expect(functions.length).toBeGreaterThan(0);
});

/** Cold starts grow with a bundle: some 0.1 ms a kilobyte. */
const mostBytes = 700_000;

test.each(functions)('the bundle of %s stays small', async (name) => {
  const { bytes, inputs } = await bundle(name);
  console.log(`${name}: ${Math.round(bytes / 1000)} kB`);
  expect(bytes).toBeLessThan(mostBytes);
  expect(bytes).toBeGreaterThan(10_000);
  // All of zod's languages, or the SDK a second time as CommonJS, would slip in unseen.
  expect(inputs.filter((file) => /dist-cjs|zod\/v4\/locales\/(?!en)/.test(file))).toEqual([]);
});
