import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { textsBesideBundle } from '../../../adapters/beside-bundle.ts';

const beside = mkdtempSync(join(tmpdir(), 'doctor-site-'));
afterAll(() => rmSync(beside, { recursive: true }));
mkdirSync(join(beside, 'site/assets'), { recursive: true });
writeFileSync(join(beside, 'site/index.html'), 'page');
writeFileSync(join(beside, 'site/assets/index.js'), 'script');
writeFileSync(join(beside, 'index.js'), 'the bundle, which is not served');

test('all files of the folder are read, by their paths', async () => {
  const read = await textsBesideBundle('site', beside)();
  expect([...read].sort()).toEqual([
    ['assets/index.js', 'script'],
    ['index.html', 'page'],
  ]);
});

test('they are read once', async () => {
  const texts = textsBesideBundle('site', beside);
  const before = await texts();
  writeFileSync(join(beside, 'site/index.html'), 'changed');
  expect(await texts()).toBe(before);
});

test('a folder that is missing is an error', async () => {
  await expect(textsBesideBundle('none', beside)()).rejects.toThrow('ENOENT');
});
