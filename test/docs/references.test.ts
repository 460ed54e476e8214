/** What the documents name exists: links, headings, files, scripts and variables. */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import packages from '../../package.json' with { type: 'json' };
import { root, stateDir } from '../../scripts/stack/state.ts';
import { documents, proseOf, read } from './blocks.ts';
import { codesIn } from './tables.ts';

/** The anchor that GitHub makes from a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

const anchorsOf = (document: string): string[] =>
  [...proseOf(document).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

test.each(documents)('every link of %s leads somewhere', (document) => {
  const links = [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to);
  for (const link of links.filter((to) => !/^https?:/.test(to))) {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? document : normalize(join(dirname(document), path));
    expect(existsSync(join(root, target)), link).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(target), link).toContain(anchor);
  }
});

const tops = new Set(readdirSync(root));

test.each(documents)('every file that %s names is there', (document) => {
  const named = codesIn(proseOf(document)).filter((code) => {
    const [top = '', ...rest] = code.split('/');
    return rest.length > 0 && tops.has(top) && /^[\w./*-]+$/.test(code);
  });
  for (const file of named) {
    const [folder, cwd] = file.startsWith('.doctor/')
      ? [file.replace('.doctor/', ''), stateDir]
      : [file, root];
    expect(globSync(folder.replace(/\/$/, ''), { cwd }), file).not.toEqual([]);
  }
});

test.each(documents)('every script and program that %s runs is there', (document) => {
  const text = read(document);
  const scripts = [
    ...[...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => name),
    ...[...text.matchAll(/\bnpm (start|test)\b/g)].map(([, name = '']) => name),
  ];
  for (const name of scripts) expect(Object.keys(packages.scripts)).toContain(name);
  for (const [, name = ''] of text.matchAll(/\bnpx ([\w-]+)/g)) {
    expect(existsSync(join(root, 'node_modules/.bin', name)), name).toBe(true);
  }
  for (const [, file = ''] of text.matchAll(/\bnode ([\w/.-]+\.(?:mjs|ts))/g)) {
    expect(existsSync(join(root, file)), file).toBe(true);
  }
});

test.each(documents)(
  'every variable and state in capitals that %s names is one that the code knows',
  (document) => {
    const sources = globSync(
      [
        '{adapters,bench,cli,dialects,domain,functions,infra,scripts}/**/*.{ts,mjs}',
        'docker-compose.yml',
      ],
      { cwd: root },
    ).map((file) => readFileSync(join(root, file), 'utf8'));
    const known = new Set(
      sources.flatMap((text) => text.match(/\b[A-Z][A-Z0-9]*(_[A-Z0-9]+)+\b/g)),
    );
    const named = codesIn(proseOf(document)).filter((code) =>
      /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/.test(code),
    );
    for (const name of named) expect(known, name).toContain(name);
  },
);
