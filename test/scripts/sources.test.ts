import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundlesFolder, sourcesHash } from '../../scripts/stack/sources.ts';

/** A checkout with few files. */
let root: string;
const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doctor-sources-'));
  for (const file of [
    ...['package-lock.json', 'cdk.json', 'docs/reference/openapi.json'],
    ...['domain/hosts/host.ts', 'infra/app.ts', 'README.md'],
  ]) {
    write(file, file);
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test.each([
  ...['package-lock.json', 'cdk.json', 'domain/hosts/host.ts', 'infra/app.ts'],
  'flows/new.ts',
  // It lies beside the bundle of `operations`.
  'docs/reference/openapi.json',
])('another %s makes another hash', (file) => {
  const before = sourcesHash(root);
  write(file, 'changed');
  expect(sourcesHash(root)).not.toBe(before);
});

test('a file that is not deployed does not change the hash', () => {
  const before = sourcesHash(root);
  write('README.md', 'changed');
  write('test/new.test.ts', 'new');
  expect(sourcesHash(root)).toBe(before);
});

test('the folder of bundles has the name of the hash', () => {
  expect(basename(bundlesFolder(root))).toBe(sourcesHash(root));
});

/** Makes the folder of the bundles of such a version of the sources, on this day. @returns its name. */
function madeOn(day: number): string {
  write('domain/hosts/host.ts', `version ${day}`);
  const folder = bundlesFolder(root);
  utimesSync(folder, day, day);
  return basename(folder);
}
const kept = () => new Set(readdirSync(join(root, '.doctor/bundles')));

test('the three folders that were made last are kept', () => {
  const folders = [1, 2, 3, 4].map(madeOn);
  expect(kept()).toEqual(new Set(folders.slice(1)));
});

test('the folder of the sources as they are is kept, however old it is', () => {
  const [now, , ...newer] = [1, 2, 3].map(madeOn);
  mkdirSync(join(root, '.doctor/bundles/newest'));
  madeOn(1);
  expect(kept()).toEqual(new Set([now, ...newer, 'newest']));
});
