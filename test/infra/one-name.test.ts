import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** The rooms of the deployed code, and of the command line. */
const rooms = ['domain', 'flows', 'functions', 'adapters', 'cli'];

/** The names that each function's wiring has. */
const wiring = new Set(['Environment', 'connect', 'compose', 'handler']);

const root = join(import.meta.dirname, '../..');
const declaration = /^export (?:async )?(?:const|function\*?|type|class) (\w+)/gm;

test('no two files export different things under one name', () => {
  const files = globSync(`{${rooms.join(',')}}/**/*.ts`, { cwd: root });
  expect(files.length).toBeGreaterThan(300);
  const declared = files.flatMap((file) => {
    const names = [...readFileSync(join(root, file), 'utf8').matchAll(declaration)];
    // A schema and its type share a name, in one file.
    return [...new Set(names.map(([, name = '']) => name))].map((name) => ({ name, file }));
  });
  const twice = [...Map.groupBy(declared, ({ name }) => name)].filter(
    ([name, places]) => places.length > 1 && !wiring.has(name),
  );
  expect(twice.map(([name, places]) => [name, ...places.map(({ file }) => file)])).toEqual([]);
});
