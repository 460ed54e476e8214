/** Unpacks packages of the machine's Debian release without installing them. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../stack/progress.ts';
import { mustRun, run } from './command.ts';
import { installed, once } from './install.ts';

/** The folder of the packages that are unpacked under this name. */
export const debianFolder = (name: string): string => join(installed, `${name}-debian`);

/**
 * Gets packages with apt, and unpacks them without installing them.
 * @param choices lists of packages; the first list whose packages all exist is taken.
 * @param release the release of Debian that has them, if the machine's has not.
 */
export async function unpackDebian(
  name: string,
  choices: readonly (readonly string[])[],
  log: string,
  release?: string,
): Promise<void> {
  const folder = debianFolder(name);
  await once(folder, [...choices.flat(), release ?? ''], async () => {
    const options = { cwd: folder, log };
    try {
      const from = release === undefined ? [] : await listsOf(release, options);
      let failure = new Refusal(`No packages are named for ${name}.`);
      for (const packages of choices) {
        const { code } = await run('apt-get', [...from, 'download', ...packages], options);
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

/**
 * Gets the lists of packages of another release, from where the machine gets its own.
 * @returns the options with which apt reads these alone.
 */
async function listsOf(
  release: string,
  options: { readonly cwd: string; readonly log: string },
): Promise<string[]> {
  const { output } = await run(
    'apt-get',
    ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages', 'Label: Debian'],
    options,
  );
  const [mirror] = /^[a-z]+:\S+$/m.exec(output) ?? [];
  if (mirror === undefined) throw new Refusal('apt-get names no place of Debian here.');
  const [list, lists] = [join(options.cwd, 'sources.list'), join(options.cwd, 'lists')];
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(list, `deb [signed-by=${keys}] ${mirror} ${release} main\n`);
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const settings = [
    ...[`Dir::Etc::sourcelist=${list}`, 'Dir::Etc::sourceparts=-', `Dir::State::lists=${lists}`],
    `Dir::Cache=${join(options.cwd, 'cache')}`,
  ].flatMap((setting) => ['-o', setting]);
  await mustRun('apt-get', [...settings, 'update'], options);
  return settings;
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
