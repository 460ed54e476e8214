import { chmodSync, cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../scripts/stack/state.ts';
import { run } from './spawned.ts';

/**
 * A clone with npm packages and without a Python environment, in which setup runs with a given
 * `PATH`.
 */
function clone(python3: string | null): { dir: string; PATH: string } {
  const dir = mkdtempSync(join(tmpdir(), 'doctor-clone-'));
  for (const name of ['scripts/setup.mjs', 'package-lock.json', 'requirements.txt']) {
    cpSync(join(root, name), join(dir, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  const bin = join(dir, 'bin');
  if (python3 !== null) {
    mkdirSync(bin);
    writeFileSync(join(bin, 'python3'), `#!/bin/sh\n${python3}\n`);
    chmodSync(join(bin, 'python3'), 0o755);
  }
  return { dir, PATH: bin };
}

const setup = (dir: string, PATH: string) =>
  run([process.execPath, join(dir, 'scripts/setup.mjs')], { PATH });

test.each([
  { what: 'no Python', python3: null, says: 'No python3 is on the PATH.' },
  {
    what: 'an old Python',
    python3: 'echo 3.8',
    says: 'python3 is Python 3.8',
  },
  {
    what: 'a Python without venv',
    python3: 'echo 3.11; exit 1',
    says: 'python3 3.11 has no venv (on Debian: apt install python3.11-venv)',
  },
])('with $what, setup stops and names what is missing', async ({ python3, says }) => {
  const { dir, PATH } = clone(python3);
  const ran = setup(dir, PATH);
  expect(await ran.ended).toBe(1);
  expect(ran.output()).toContain('Python 3.10 or newer, with its venv module, is needed.');
  expect(ran.output()).toContain(says);
});

test('when a package cannot be installed, setup shows the end of its log', async () => {
  const python3 = 'case "$1" in -c) echo 3.11;; *) echo "no such package"; exit 1;; esac';
  const { dir, PATH } = clone(python3);
  const ran = setup(dir, PATH);
  expect(await ran.ended).toBe(1);
  expect(ran.output()).toContain('Setup failed');
  expect(ran.output()).toContain('no such package');
});

test('a second setup finds nothing to do and prints nothing', async () => {
  const ran = run([process.execPath, 'scripts/setup.mjs'], {});
  expect(await ran.ended).toBe(0);
  expect(ran.output()).toBe('');
});
