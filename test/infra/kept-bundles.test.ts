import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeBundle } from '../../infra/function-code.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'doctor-bundles-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(place, { recursive: true, force: true });
});

/** A function with a small bundle. */
const name = 'periodic-planner';

test('a bundle that is made is kept, and the next deployment gets a copy of it', () => {
  const [kept, first, second] = ['kept', 'first', 'second'].map((each) => join(place, each));
  if (!kept || !first || !second) return expect.unreachable();
  vi.stubEnv('DOCTOR_BUNDLES', kept);
  makeBundle(name, first);
  expect(readdirSync(kept)).toEqual([name]);
  expect(readdirSync(join(kept, name)).sort()).toEqual(readdirSync(first).sort());

  // The second one is not made: it shows what was kept.
  writeFileSync(join(kept, name, 'index.js'), '// kept');
  makeBundle(name, second);
  expect(readFileSync(join(second, 'index.js'), 'utf8')).toBe('// kept');
});

test('without a place for them, as in deployments to AWS, no bundles are kept', () => {
  vi.stubEnv('DOCTOR_BUNDLES', undefined);
  const [first, second] = [join(place, 'first'), join(place, 'second')];
  makeBundle(name, first);
  writeFileSync(join(first, 'index.js'), '// changed');
  makeBundle(name, second);
  expect(existsSync(join(second, 'index.js'))).toBe(true);
  expect(readFileSync(join(second, 'index.js'), 'utf8')).not.toBe('// changed');
});
