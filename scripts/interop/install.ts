import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Refusal } from '../stack/progress.ts';
import { root } from '../stack/state.ts';
import { mustRun, run } from './command.ts';

/** Where all that is installed goes; ignored by git. */
export const installed = join(root, '.interop');

/** The folder of our own programs and configuration. */
export const here = join(root, 'test/interop');

/** Does the work once for each state of what it depends on. */
async function once(folder: string, of: readonly string[], work: () => Promise<void>) {
  const marker = join(folder, '.installed');
  const wanted = createHash('sha256').update(of.join('\0')).digest('hex');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await work();
  writeFileSync(marker, wanted);
}

/** A Python environment of its own under `.interop/`; its folder of programs. */
export const pythonBin = (name: string): string => join(installed, name, 'bin');

/** Installs packages into a Python environment, with all that they need as `constraints/` pins it. */
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

/** Builds the Go program in a folder of ours, with one of its `.mod` files. */
export async function buildGo(folder: string, modfile: string, to: string, log: string) {
  const go = await run('go', ['version'], { log }).catch(() => undefined);
  if (go?.code !== 0)
    throw new Refusal('Go 1.25 or newer is needed for it, and is not on the PATH.');
  mkdirSync(installed, { recursive: true });
  const args = ['build', `-modfile=${modfile}`, '-o', to, '.'];
  await mustRun('go', args, { cwd: folder, log });
}

/** The folder in which packages of the machine's Debian are unpacked under this name. */
export const debianFolder = (name: string): string => join(installed, `${name}-debian`);

/**
 * Gets packages with apt, and unpacks them without installing them.
 * @param choices lists of packages; the first list whose packages all exist is taken.
 */
export async function unpackDebian(
  name: string,
  choices: readonly (readonly string[])[],
  log: string,
): Promise<void> {
  const folder = debianFolder(name);
  await once(folder, choices.flat(), async () => {
    const options = { cwd: folder, log };
    try {
      let failure = new Refusal(`No packages are named for ${name}.`);
      for (const packages of choices) {
        const { code } = await run('apt-get', ['download', ...packages], options);
        if (code === 0) return await unpackAll(folder, log);
        failure = new Refusal(`apt-get download ${packages.join(' ')} ended with ${code}.`);
      }
      throw failure;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Refusal(
        `Debian's apt-get and dpkg are needed for it, after an apt-get update. ${why}`,
      );
    }
  });
}

async function unpackAll(folder: string, log: string): Promise<void> {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    await mustRun('dpkg', ['-x', file, '.'], { cwd: folder, log });
  }
}

/** Where Debian's fence agents are unpacked. */
export const fenceAgents = debianFolder('fence-agents');

/** Since Debian 13 the agents have packages of their own. */
export const unpackFenceAgents = (log: string): Promise<void> =>
  unpackDebian(
    'fence-agents',
    [['fence-agents-compute', 'fence-agents-common'], ['fence-agents']],
    log,
  );

/** A PATH with a folder of ours before all others. */
export const pathWith = (folder: string): string => [folder, process.env.PATH].join(delimiter);
