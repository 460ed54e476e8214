/**
 * The generated pages are what `npm run docs` makes from the code, and from the kept results of the
 * bench.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaults, settingRows } from '../../infra/settings.ts';
import { answersFolder } from '../../scripts/docs/console/answers.ts';
import { referencePages } from '../../scripts/docs/pages.ts';
import { routeTexts } from '../../scripts/docs/route-texts.ts';
import { allRoutes, keyOf, listedPublicRoutes } from '../../scripts/docs/routes.ts';
import { surfaces } from '../../scripts/docs/surfaces.ts';
import { root } from '../../scripts/stack/state.ts';

const pages = [...(await referencePages())];

test.each(pages)('%s agrees with the code; if not, run "npm run docs"', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

test('the folder of answers has a file for each subject, and no other', () => {
  const made = pages.map(([path]) => path).filter((path) => path.startsWith(`${answersFolder}/`));
  const files = readdirSync(join(root, answersFolder)).map((file) => `${answersFolder}/${file}`);
  expect(files.length).toBeGreaterThan(3);
  expect(files.sort()).toEqual(made.sort());
});

test('every route has a text, and every text a route', () => {
  expect(allRoutes.length).toBeGreaterThan(100);
  expect(new Set(Object.keys(routeTexts))).toEqual(new Set(allRoutes.map(keyOf)));
});

test('a text says who may use a route if, and only if, the route declares no roles', () => {
  const open = new Set(surfaces.flatMap(listedPublicRoutes).map(keyOf));
  const wrong = allRoutes.filter((route) => {
    const isSaid = routeTexts[keyOf(route)]?.who !== undefined;
    return isSaid !== (route.roles.length === 0 && !open.has(keyOf(route)));
  });
  expect(wrong.map(keyOf)).toEqual([]);
});

test('every setting has its default and a text', () => {
  const shown = settingRows.map(({ name, default: value }) => [name, value]);
  expect(shown).toEqual(Object.entries(defaults).map(([name, value]) => [name, String(value)]));
  for (const { name, means } of settingRows) expect(means, name).not.toBe('');
});
