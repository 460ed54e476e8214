/** The built console: its size, and that its page keeps to a strict content security policy. */
import { execSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textsBesideBundle } from '../../adapters/beside-bundle.ts';
import { siteOf } from '../../functions/console/site.ts';
import { built } from '../../infra/bundling.ts';
import { root } from '../../scripts/stack/state.ts';

/** The limit in kilobytes of all files together, compressed. */
const mostKilobytes = 150;

const folder = mkdtempSync(join(tmpdir(), 'doctor-console-'));
let texts: ReadonlyMap<string, string> = new Map();

beforeAll(async () => {
  execSync(built.console?.(root, folder) ?? 'false', { stdio: 'inherit' });
  texts = await textsBesideBundle('site', folder)();
});
afterAll(() => rmSync(folder, { recursive: true }));

test('all files together are small when they are compressed', () => {
  const sizes = [...texts].map(([path, text]) => [path, gzipSync(text).length / 1000] as const);
  const sum = sizes.reduce((total, [, kilobytes]) => total + kilobytes, 0);
  const shown = sizes.map(([path, kilobytes]) => `${path} ${kilobytes.toFixed(1)} kB`);
  console.log(`the console: ${sum.toFixed(1)} kB compressed (${shown.join(', ')})`);
  expect(sum).toBeLessThan(mostKilobytes);
  expect(sum).toBeGreaterThan(10);
});

test('browsers may cache all files except the page for ever', () => {
  const fresh = [...siteOf(texts)].filter(([, file]) => file.cacheControl === 'no-cache');
  expect(fresh.map(([path]) => path)).toEqual(['index.html']);
});

test('the page has no script, style or handler in itself', () => {
  const page = texts.get('index.html') ?? '';
  const scripts = [...page.matchAll(/<script\b([^>]*)>([^<]*)/g)];
  expect(scripts.length).toBeGreaterThan(0);
  expect(scripts.filter(([, attributes = '', code]) => !/\ssrc=/.test(attributes) || code)).toEqual(
    [],
  );
  expect(page).not.toMatch(/<style\b|\sstyle=|\son[a-z]+=|javascript:|<base\b/i);
});

test('the page loads only its own files, by relative links', () => {
  const page = texts.get('index.html') ?? '';
  const links = [...page.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(1);
  expect(links.filter((link) => !texts.has(link.replace(/^\.\//, '')))).toEqual([]);
});

test('no file is a map of sources or of a type that is not served', () => {
  expect([...texts.keys()].filter((path) => !/\.(html|js|css|svg)$/.test(path))).toEqual([]);
});
