/** Constants that no bundle uses are left out of it: which ones are marked, and that the code stays the same. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, transform } from 'esbuild';
import { expect, test } from 'vitest';
import { withPureConstants } from '../../infra/unused-constants.ts';

const root = join(import.meta.dirname, '../..');

/** A file as esbuild prints it. */
const printed = async (text: string): Promise<string> =>
  (await transform(text, { loader: 'ts', format: 'esm' })).code;

/** What a bundle has of a file of which one name is used. */
async function bundled(file: string, used: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `import { ${used} } from 'file'; console.log(${used});` },
    bundle: true,
    write: false,
    format: 'esm',
    plugins: [
      {
        name: 'file',
        setup: ({ onResolve, onLoad }) => {
          onResolve({ filter: /^file$/ }, ({ path }) => ({ path, namespace: 'text' }));
          onLoad({ filter: /.*/, namespace: 'text' }, () => ({ contents: file }));
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? '';
}

const sample = `
const make = (...parts: unknown[]) => Object.freeze({ parts, with: (more: unknown) => make(parts, more) });
export const Used = make('used', { a: make('inner') }).with((given: string) => {
  const text = given.trim();
  return text;
});
export const Unused = make('unused', {
  a: [make('b'), make(...[1, 2])],
}).with('c');
export const OfUsed = Used.with(Used.parts.length);
export const plain = { a: 1 };
`;

test('a constant that is not used is left out, with all that only it uses', async () => {
  const code = withPureConstants(await printed(sample));
  const text = await bundled(code, 'Used');
  expect(text).toContain('given.trim()');
  expect(text).not.toContain('unused');
  expect(text).not.toContain('OfUsed');
  expect(await bundled(code, 'OfUsed')).toContain('given.trim()');
});

test('without the marks it stays', async () => {
  expect(await bundled(await printed(sample), 'Used')).toContain('unused');
});

test('functions and plain values keep their form', async () => {
  const code = withPureConstants(await printed(sample));
  expect(code).toContain('const make = (...parts) => Object.freeze');
  expect(code).toContain('const plain = { a: 1 };');
});

test('every file of the functions can be read with the marks', async () => {
  const files = globSync('{adapters,dialects,domain,flows,functions}/**/*.ts', { cwd: root });
  expect(files.length).toBeGreaterThan(300);
  const marked = await Promise.all(
    files.map(async (file) => {
      const code = withPureConstants(await printed(readFileSync(join(root, file), 'utf8')));
      await transform(code, { loader: 'js' });
      return code.split('@__PURE__').length - 1;
    }),
  );
  expect(marked.reduce((sum, count) => sum + count)).toBeGreaterThan(400);
});
