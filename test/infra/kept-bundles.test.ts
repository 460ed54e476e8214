import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeBundle } from '../../infra/function-code.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'doctor-bundles-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

/** A function with a small bundle. */
const name = 'periodic-planner';

test('a bundle that is made is kept, and the next deployment gets a copy of it', () => {
  const [kept, first, second] = ['kept', 'first', 'second'].map((each) => join(place, each));
  if (!kept || !first || !second) return expect.unreachable();
  makeBundle(name, first, kept);
  expect(readdirSync(kept)).toEqual([name]);
  expect(readdirSync(join(kept, name)).sort()).toEqual(readdirSync(first).sort());

  // The second one is not made: it shows what was kept.
  writeFileSync(join(kept, name, 'index.js'), '// kept');
  makeBundle(name, second, kept);
  expect(readFileSync(join(second, 'index.js'), 'utf8')).toBe('// kept');
});

test('without a place for them, as in deployments to AWS, no bundles are kept', () => {
  const folder = join(place, 'made');
  makeBundle(name, folder, undefined);
  expect(existsSync(join(folder, 'index.js'))).toBe(true);
  expect(readdirSync(place)).toEqual(['made']);
});
