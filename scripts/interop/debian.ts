/** Unpacks packages of the machine's Debian release without installing them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../stack/progress.ts';
import { mustRun, run } from './command.ts';
import { installed, once } from './install.ts';

/** The folder of the packages that are unpacked under this name. */
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

/** The folder of Debian's fence agents. */
export const fenceAgents = debianFolder('fence-agents');

/** Since Debian 13 each agent has its own package. */
export const unpackFenceAgents = (log: string): Promise<void> =>
  unpackDebian(
    'fence-agents',
    [['fence-agents-compute', 'fence-agents-common'], ['fence-agents']],
    log,
  );
