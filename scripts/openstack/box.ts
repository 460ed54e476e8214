/** Starts and stops the control plane that is made for tests, and its services. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Box } from './cloud-account.ts';

const run = promisify(execFile);

/** Runs a script of the box with its state folder first; the text that it prints. */
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

/** Starts the box if it is not up. @returns what stops it again; it is left up if it was before. */
export async function startBox(box: Box): Promise<() => Promise<void>> {
  if (await isUp(box)) return async () => {};
  await script(box, 'up.sh');
  return async () => {
    await script(box, 'down.sh');
  };
}

/** Stops a service of the box, such as `keystone`, by a signal. */
export const stopService = (box: Box, name: string, signal = 'TERM'): Promise<string> =>
  script(box, 'svc.sh', 'stop', name, signal);

/** Starts a service of the box. */
export const startService = (box: Box, name: string): Promise<string> =>
  script(box, 'svc.sh', 'start', name);
