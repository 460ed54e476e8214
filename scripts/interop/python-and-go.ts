/**
 * Installs other projects' programs in Python, and builds the test's own programs in Go, below
 * `.interop/`.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../stack/progress.ts';
import { root } from '../stack/state.ts';
import { mustRun, run } from './command.ts';
import { here, installed, once } from './install.ts';

/** Creates a Python environment under `.interop/`. Returns its folder of programs. */
export const pythonBin = (name: string): string => join(installed, name, 'bin');

/**
 * Installs packages into a Python environment. `constraints/` pins the versions of all that they
 * depend on.
 */
export async function installPython(
  name: string,
  packages: readonly string[],
  log: string,
): Promise<void> {
  const constraints = join(here, `constraints/${name}.txt`);
  const folder = join(installed, name);
  await once(folder, [...packages, readFileSync(constraints, 'utf8')], async () => {
    const python = join(root, '.venv/bin/python');
    const newEnough = await run(
      python,
      ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))'],
      {
        log,
      },
    );
    if (newEnough.code !== 0) throw new Refusal('Python 3.11 or newer is needed for it.');
    await mustRun(python, ['-m', 'venv', folder], { log });
    const args = ['-m', 'pip', 'install', '--quiet', '--constraint', constraints, ...packages];
    await mustRun(join(folder, 'bin/python'), args, { log });
  });
}

/** Builds the Go program in a folder of this repository, with one of its `.mod` files. */
export async function buildGo(folder: string, modfile: string, to: string, log: string) {
  const go = await run('go', ['version'], { log }).catch(() => undefined);
  if (go?.code !== 0)
    throw new Refusal('Go 1.25 or newer is needed for it, and is not on the PATH.');
  mkdirSync(installed, { recursive: true });
  const args = ['build', `-modfile=${modfile}`, '-o', to, '.'];
  await mustRun('go', args, { cwd: folder, log });
}
