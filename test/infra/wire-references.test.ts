/** Comments and documents cite `docs/wire/` by page and heading, and only pages of this repository. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Every source and every document of ours, by its path from the root. */
const files: readonly string[] = globSync('**/*.{ts,mjs,md}', {
  cwd: root,
  exclude: (name) => ['node_modules', 'cdk.out', '.venv'].includes(name) || /^\.doctor/.test(name),
}).map((file) => file.replaceAll('\\', '/'));

/** The text of a file without the line breaks of its comments, because one may split a citation. */
const unbroken = (file: string): string => read(file).replace(/\n\s*(?:\*|\/\/)?\s*/g, ' ');

/** The anchor that GitHub makes from a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

const anchorsOf = (page: string): string[] =>
  [...read(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

type Reference = { readonly file: string; readonly page: string; readonly anchor: string };

/** Pages that a file names as `docs/wire/compute.md`, with `#services` behind it or without. */
function citationsIn(file: string): Reference[] {
  const named = unbroken(file).matchAll(/docs\/wire\/([\w-]+\.md)(?:#([\w-]*))?/g);
  return [...named].map(([, name, anchor = '']) => ({ file, page: `docs/wire/${name}`, anchor }));
}

/** Links of a document that lead into `docs/wire/`. */
function linksIn(file: string): Reference[] {
  if (!file.endsWith('.md')) return [];
  return [...read(file).matchAll(/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(
    ([, path = '', anchor = '']) => {
      if (/^https?:/.test(path)) return [];
      const page = path === '' ? file : normalize(join(dirname(file), path));
      return page.startsWith('docs/wire/') ? [{ file, page, anchor }] : [];
    },
  );
}

const references = files.flatMap((file) => [...citationsIn(file), ...linksIn(file)]);

test('sources and documents cite docs/wire', () => {
  expect(files.length).toBeGreaterThan(300);
  const citing = new Set(references.map(({ file }) => file));
  expect([...citing].filter((file) => file.endsWith('.ts')).length).toBeGreaterThan(50);
  expect([...citing].filter((file) => file.endsWith('.md')).length).toBeGreaterThan(3);
});

test('every cited page and heading of docs/wire exists', () => {
  const wrong = references.filter(
    ({ page, anchor }) =>
      !existsSync(join(root, page)) || (anchor !== '' && !anchorsOf(page).includes(anchor)),
  );
  expect(wrong).toEqual([]);
});

test('every page of docs/wire is cited by a source', () => {
  const cited = new Set(references.filter(({ file }) => file.endsWith('.ts')).map((r) => r.page));
  const pages = globSync('docs/wire/*.md', { cwd: root }).filter((page) => !/README/.test(page));
  expect(pages.length).toBeGreaterThan(3);
  for (const page of pages) expect(cited).toContain(page);
});

test('no two headings of a page have one name', () => {
  for (const page of globSync('docs/wire/*.md', { cwd: root })) {
    const anchors = anchorsOf(page);
    expect(anchors, page).toEqual([...new Set(anchors)]);
  }
});

test('no source cites the texts from which the project was started', () => {
  const foreign = /\bcontract\s+[\w-]+\.md\b|\bthe\s+seeds?\b/i;
  expect(files.filter((file) => foreign.test(unbroken(file)))).toEqual([]);
});
