/**
 * The script `doctor-report.sh`, installed as `docs/how-to/monitors/scripts.md` says, for monitors
 * that run it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../stack/state.ts';
import type { World } from '../program.ts';
import { monitorCredential } from './credential.ts';
import { blocksOf, writeConfig } from './page-blocks.ts';

/** The text of a file of `integrations/`. */
export const integration = (file: string): string =>
  readFileSync(join(root, 'integrations', file), 'utf8');

const installedAt = '/usr/local/bin/doctor-report.sh';

/**
 * Writes the script's configuration. Returns the command that replaces the script's path in the
 * monitors' configurations.
 */
export async function reportScript(world: World): Promise<Readonly<Record<string, string>>> {
  const { id, secret } = await monitorCredential(world, join(world.folder, 'doctor.secret'));
  const config = join(world.folder, 'report.conf');
  writeConfig(config, blocksOf('scripts', 'ini')[0], {
    'https://API-HOST/api': world.stack.outputs.ApiUrl ?? '',
    'ID:SECRET': `${id}:${secret}`,
  });
  const script = join(root, 'integrations/report/doctor-report.sh');
  return { [installedAt]: `${script} --config ${config}` };
}
