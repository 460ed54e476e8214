import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Tenant } from '../../scripts/stack/accounts.ts';
import { root, stateDir } from '../../scripts/stack/state.ts';

const run = promisify(execFile);
const command = join(root, '.venv/bin/openstack');
const script = '. "$0" && exec "$@"';

/** The environment as users have it: nothing but what the file that they source gives. */
const bare = { PATH: process.env.PATH ?? '', HOME: stateDir, LC_ALL: 'C.UTF-8' };

/**
 * Runs the unmodified `openstack` command line as somebody, with the file of the stack that they
 * would source. Gives what it prints; throws what it complains of.
 */
export async function openstack(
  who: 'admin' | Tenant,
  ...args: readonly string[]
): Promise<string> {
  const openrc = join(stateDir, who === 'admin' ? 'openrc' : `openrc-${who}`);
  const { stdout } = await run('sh', ['-c', script, openrc, command, ...args], {
    ...{ env: bare, timeout: 30_000, maxBuffer: 10_000_000 },
  });
  return stdout;
}

/** The same for commands that show a thing or a list of things. */
export async function shown(who: 'admin' | Tenant, ...args: readonly string[]): Promise<unknown> {
  return JSON.parse(await openstack(who, ...args, '--format', 'json'));
}
