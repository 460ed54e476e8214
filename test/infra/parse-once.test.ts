/** Bodies and queries are parsed where a route is declared (`adapters/http/route.ts`), and only there. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const files = globSync('functions/**/*.ts', { cwd: root });

/** Code that a handler would contain if it parsed by itself, and why it is not needed. */
const forbidden: readonly { readonly text: RegExp; readonly instead: string }[] = [
  { text: /\breadJson\b/, instead: "declare the route's body" },
  { text: /\b(?:body|query): z\.(?:unknown|any)\(\)/, instead: 'declare a schema, or `ignored`' },
  { text: /\brequest\.(?:query|text)\b/, instead: "declare the route's query, or `bodySent`" },
  { text: /\basync \(\{[^}]*\b(?:query|text)\b[^}]*\}\) =>/, instead: "declare the route's query" },
  { text: /\b(?:parsed|parse|safeParse)\([^)]*\brequest\.body\b/, instead: 'parse in the route' },
];

test('no handler reads or parses a body or a query by itself', () => {
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8');
    return forbidden.flatMap(({ text, instead }) => {
      const [match] = text.exec(source) ?? [];
      return match === undefined ? [] : [`${file}: ${match} (${instead})`];
    });
  });
  expect(found).toEqual([]);
});
