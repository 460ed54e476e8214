/** Starts and stops the test box: a control plane of OpenStack for tests, and each of its services. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../stack/state.ts';
import type { Box } from './cloud-account.ts';

const run = promisify(execFile);

/** Runs a script of the box, with the state folder as first argument. Returns the script's output. */
async function script({ scripts, state }: Box, name: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(join(scripts, name), [state, ...args], { maxBuffer: 16_000_000 });
  return stdout;
}

/** Whether the box is up. */
const isUp = (box: Box): Promise<boolean> =>
  script(box, 'svc.sh', 'status').then(
    (text) => /^keystone +pid/m.test(text),
    () => false,
  );

/** Deletes the copies of servers that an interrupted run left in Nova's database. */
const removeCopies = ({ state }: Box) =>
  run(join(state, 'venv/bin/python'), [
    join(root, 'test/openstack/clone_servers.py'),
    join(state, 'etc/nova/nova.conf'),
    '0',
  ]);

/**
 * Starts the box, or those of its services that an interrupted run has stopped.
 * @returns a function that stops the box again, unless it was up before.
 */
export async function startBox(box: Box): Promise<() => Promise<void>> {
  const before = await isUp(box);
  await script(box, 'up.sh');
  await removeCopies(box);
  if (before) return async () => {};
  return async () => {
    await script(box, 'down.sh');
  };
}

/** Sends a signal that stops a service of the box, such as `keystone`. */
export const stopService = (box: Box, name: string, signal = 'TERM'): Promise<string> =>
  script(box, 'svc.sh', 'stop', name, signal);

/** Starts a service of the box. */
export const startService = (box: Box, name: string): Promise<string> =>
  script(box, 'svc.sh', 'start', name);
