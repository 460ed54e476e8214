/** Doctor's command line, as a user runs it. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import packages from '../../package.json' with { type: 'json' };
import type { Tenant } from '../../scripts/stack/accounts.ts';
import { root, stateDir } from '../../scripts/stack/state.ts';

const run = promisify(execFile);

/** Runs `doctor` with the file that the user would source. @returns what it printed. @throws if it fails. */
export async function doctor(who: 'admin' | Tenant, ...args: readonly string[]): Promise<string> {
  const openrc = join(stateDir, who === 'admin' ? 'openrc' : `openrc-${who}`);
  const command = [process.execPath, join(root, packages.bin.doctor), ...args];
  const { stdout } = await run('sh', ['-c', '. "$0" && exec "$@"', openrc, ...command], {
    env: { PATH: process.env.PATH ?? '' },
  });
  return stdout;
}

/** The same with `--format json`, parsed. */
export const doctorJson = async (
  who: 'admin' | Tenant,
  ...args: readonly string[]
): Promise<unknown> => JSON.parse(await doctor(who, ...args, '--format', 'json'));
