/** Neither biome nor the compiler sees a conflict of a merge that is left in a comment or a document. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/stack/state.ts';

const rooms = 'adapters,bench,cli,console,dialects,docs,domain,events,flows,functions,infra';
const files = globSync(`{${rooms},integrations,scripts,test}/**/*.{ts,tsx,mjs,py,sh,md,css,json}`, {
  cwd: root,
  exclude: (name) => name === 'node_modules',
});

const marker = /^(?:<{7}|>{7}) /m;

test('no source and no document contains the marker of a merge conflict', () => {
  expect(files.length).toBeGreaterThan(1_500);
  const marked = files.filter((file) => marker.test(readFileSync(join(root, file), 'utf8')));
  expect(marked).toEqual([]);
});
