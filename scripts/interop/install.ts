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

/** Where Debian's fence agents are unpacked. */
export const fenceAgents = join(installed, 'fence-agents-debian');

/** Gets the packages of the fence agents with apt, and unpacks them without installing them. */
export async function unpackFenceAgents(log: string): Promise<void> {
  await once(fenceAgents, [], async () => {
    const options = { cwd: fenceAgents, log };
    const download = (...names: string[]) => run('apt-get', ['download', ...names], options);
    try {
      // Since Debian 13 the agents have packages of their own.
      const split = await download('fence-agents-compute', 'fence-agents-common');
      if (split.code !== 0) await mustRun('apt-get', ['download', 'fence-agents'], options);
      for (const file of readdirSync(fenceAgents).filter((name) => name.endsWith('.deb'))) {
        await mustRun('dpkg', ['-x', file, '.'], options);
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Refusal(
        `Debian's apt-get and dpkg are needed for it, after an apt-get update. ${why}`,
      );
    }
  });
}

/** A PATH with a folder of ours before all others. */
export const pathWith = (folder: string): string => [folder, process.env.PATH].join(delimiter);
