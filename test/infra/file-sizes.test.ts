/** Files stay small enough to be read: the limits of docs/contributing.md. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/stack/state.ts';

const rooms = [
  'adapters',
  'bench',
  'cli',
  'console',
  'dialects',
  'domain',
  'flows',
  'functions',
  'infra',
  'scripts',
  'test',
];
const sizes = globSync(`{${rooms.join(',')}}/**/*.{ts,tsx}`, { cwd: root }).map((file) => ({
  file,
  lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1,
}));
const withoutTests = sizes
  .filter(({ file }) => !file.startsWith('test/'))
  .map(({ lines }) => lines)
  .toSorted((a, b) => a - b);
const quantile = (share: number): number =>
  withoutTests[Math.floor(withoutTests.length * share)] ?? 0;

test('no file has more than 400 lines', () => {
  expect(sizes.length).toBeGreaterThan(1_000);
  expect(sizes.filter(({ lines }) => lines > 400)).toEqual([]);
});

test('nine of ten files without tests have at most 158 lines, and half of them about a screen', () => {
  expect(withoutTests.length).toBeGreaterThan(500);
  expect(quantile(0.9)).toBeLessThanOrEqual(158);
  expect(quantile(0.5)).toBeLessThanOrEqual(66);
});
